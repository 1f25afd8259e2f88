"""Fuzz: everything that reads what others send gets what nobody would send.

``python -m tests.fuzz [--seed N] [--seconds S] [--target NAME]``; the parts:

``mutate``     from good samples to inputs that are nearly good, and to noise
``campaign``   inputs to one reader until time or number is reached; what is found, made small
``codecs``     the readers of devices' bytes
``texts``      the readers of messages, files and sheets
``web``        the hub's HTTP interface, served in-process
``corpus/``    what was found once: each file is given to its reader again in every ``make test``
"""
