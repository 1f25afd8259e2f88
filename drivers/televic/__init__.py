"""The ASCII family of Televic and Sennheiser conference systems, as a source of seats."""
