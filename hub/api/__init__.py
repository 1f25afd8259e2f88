"""The hub's pages and API: HTTP, and state as server-sent events.

``views`` state to JSON, pure; ``pages`` which part is new; ``stream`` who gets it;
``models`` and ``openapi`` what may be sent; ``http`` the routes.
"""
