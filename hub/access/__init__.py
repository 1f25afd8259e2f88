"""Who may do what at this hub, and how they prove who they are.

``rights`` the one table of commands, routes and parts by role; ``codes`` what is random and how
it is kept; ``attempts`` how guessing is slowed down; ``sessions`` how long a sign-in holds;
``passwords`` argon2; ``book`` accounts, sessions and codes on the disk; ``door`` all of it at work.
"""
