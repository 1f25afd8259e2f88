"""Soak: one short meeting after the other on a running site, and what the processes keep of it.

``python -m tests.soak [--hours H] [--seed N]``; the parts:

``slopes``     whether a figure grows: a line through samples, its noise, a verdict
``samples``    figures of processes and sizes of files, as the kernel tells them
``people``     a meeting of seconds: pages, speeches, a ballot, the end
"""
