"""A single thread of another program brought to a stop, or to run in circles: what no signal does. x86-64 for the latter."""

import contextlib
import ctypes
import os
import pathlib
import platform

PTRACE_POKETEXT, PTRACE_PEEKUSER, PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 4, 3, 17, 0x4206, 0x4207
__WALL = 0x40000000
RIP = 16 * 8  # offset in struct user
JUMP_TO_ITSELF = 0xFEEB

_ptrace = ctypes.CDLL(None, use_errno=True).ptrace
_ptrace.restype = ctypes.c_long
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def _call(request, thread, address=0, data=0):
    ctypes.set_errno(0)
    result = _ptrace(request, thread, address, data)
    if ctypes.get_errno():
        raise OSError(ctypes.get_errno(), f"ptrace: {os.strerror(ctypes.get_errno())}")
    return result


def pipewire_threads(pid):
    """{thread: name}: all but iemd's own, which are the main one and the one that prepares responses."""
    names = {int(task.name): (task / "comm").read_text() for task in pathlib.Path(f"/proc/{pid}/task").iterdir()}
    return {thread: name for thread, name in names.items() if thread != pid and name != "responses\n"}


def audio_thread(pid):
    """The one that runs PipeWire's process callbacks: called data-loop, or, before 1.0, the only one of PipeWire's."""
    names = pipewire_threads(pid)
    return next((thread for thread, name in names.items() if name.startswith("data-loop")), next(iter(names)))


@contextlib.contextmanager
def stopped(thread):
    """The thread stands still, the others go on."""
    _call(PTRACE_SEIZE, thread)
    _call(PTRACE_INTERRUPT, thread)
    os.waitpid(thread, __WALL)
    try:
        yield
    finally:
        try:
            _call(PTRACE_DETACH, thread)
        except ProcessLookupError:  # its process has ended, and is not gone before we have looked at its thread
            os.waitpid(thread, __WALL)


def can_spin():
    return platform.machine() == "x86_64"


def spin(thread):
    """From now on the thread runs in a circle of one instruction."""
    with stopped(thread):
        at = _call(PTRACE_PEEKUSER, thread, RIP) & (1 << 64) - 1
        _call(PTRACE_POKETEXT, thread, at, JUMP_TO_ITSELF)
