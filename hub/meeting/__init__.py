"""The meeting as pure state.

``events`` what happened; ``state`` and ``evolve`` what that makes; ``commands`` what follows
from what is heard; ``wording`` how it reads.

Imports the contract and the rules only. No asyncio, no clock, no I/O.
"""
