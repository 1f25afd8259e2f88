"""Chaos: a meeting with ballots while everything fails, judged by what the seats showed.

``python -m tests.chaos --seed N --duration-s S``; the parts:

``packets``    MQTT packets as bytes: where they end, which of them may be sent twice
``proxy``      the link between one client and the broker, with faults
``schedule``   which fault comes when: a pure function of the seed
``site``       the processes of the run, each client behind a proxy of its own
``faults``     the schedule carried out, and everything healed at the end
``hostile``    a client that is let in as a room and sends garbage
``history``    what was pressed, shown, sent and broken, with its time
``people``     delegates and chair at the hardware of the twins
``chair``      the scripted chair at the hub's HTTP interface
``stories``    what one seat did and saw in one ballot
``votes``      judges the ballots
``floor``      judges the microphones
``run``        one run from start to figures
``sudden``     two short runs with one well-aimed fault, for two mutants
"""
