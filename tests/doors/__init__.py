"""The doors to other systems, seen from the other side: real programs of other people.

``python -m tests.doors [--home-assistant DIR] [--node-red DIR] [--asyncapi DIR]``: by hand, because
these programs are large and none of ours; the project installs none of them. The parts:

``site``            broker as shipped, hub, twin and edge of one room
``seen``            what a run says, and where it keeps what it saw
``foreign``         a program of somebody else, its folder and its log
``home_assistant``  a Home Assistant, and what a person at its page would see and ask
``at_home``         the story that is told there
``node_red``        a Node-RED, and the example flow in it
``asyncapi``        the contract's document in the parser of those who wrote AsyncAPI
"""
