"""Our Samsung MDC frames beside those of python-samsung-mdc, for many values."""

from __future__ import annotations

import asyncio

from samsung_mdc import MDC, commands
from samsung_mdc.connection import pack_payload, pack_response

from drivers.samsung_mdc.codec import Command, Reply, describe, encode
from drivers.samsung_mdc.commands import INPUTS, INPUTS_REPORTED, TABLE


def test_commands_and_replies_are_framed_alike() -> None:
    for command, specs in TABLE.items():
        for spec in specs:
            for display in (0, 1, 0x99, 0xFD):
                data = bytes([0x21, 0xAA])
                sub = b"" if spec.sub is None else bytes([spec.sub])
                code = (command, spec.sub)
                assert encode(Command(command, display, sub + data)) == pack_payload(
                    code, display, data
                )
                assert encode(Reply(command, display, True, sub + data)) == pack_response(
                    code, display, True, data
                )
                assert encode(Reply(command, display, False, b"\x05")) == pack_response(
                    code, display, False, b"\x05"
                )


def test_every_name_is_a_command_of_theirs() -> None:
    others = {"input": "input_source"}
    for command, specs in TABLE.items():
        for spec in specs:
            theirs = getattr(MDC, others.get(spec.name, spec.name))
            assert (command, spec.sub) == (theirs.CMD, theirs.SUBCMD)


def test_every_input_is_one_of_theirs() -> None:
    theirs = {int(state) for state in commands.INPUT_SOURCE.INPUT_SOURCE_STATE}
    assert set(INPUTS.values()) | set(INPUTS_REPORTED) <= theirs


async def test_they_read_our_replies_as_we_do() -> None:
    said = Reply(0x00, 1, True, bytes([1, 77, 1, 0x25, 0x10, 0, 0]))
    fields = describe(encode(said))
    reader = asyncio.StreamReader()
    reader.feed_data(encode(said))

    class Sink:
        def write(self, data: bytes) -> None:
            assert data == encode(Command(0x00, 1))

        async def drain(self) -> None:
            return None

    client = MDC("nowhere")
    client.reader, client.writer = reader, Sink()
    power, volume, mute, source, aspect, _, _ = await client.status(1)
    assert (fields["power"], fields["volume"]) == (power.name.lower(), volume)
    assert (fields["mute"], fields["aspect"]) == (bool(mute), int(aspect))
    assert INPUTS[fields["input"]] == int(source)
