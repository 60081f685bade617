#!/usr/bin/env python3
"""Dependencies point one way: cli -> core, daemon -> core.

Fails, naming file and line, if a file includes what its folder may not know of. Usage: dependencies.py SOURCE_ROOT
"""
import pathlib
import re
import sys

# folder: what none of its includes may begin with
FORBIDDEN = {
    'core': ('daemon/', 'cli/', 'pipewire/', 'spa/', 'alsa/', 'systemd/', 'dbus/', 'gio/', 'glib',
             'pthread.h', 'threads.h'),
    'daemon': ('cli/',),
    'cli': ('daemon/',),
}
# What has its own library, and so may be reached from that folder alone.
INNER = ('core/io/', 'io/', 'sndfile.h', 'soxr.h', 'jansson.h')

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]((?:\./|\.\./)*)([^>"]+)[>"]')


def complaints(root):
    for folder, forbidden in FORBIDDEN.items():
        for path in sorted((root / folder).rglob('*.[ch]')):
            name = path.relative_to(root)
            inner = folder == 'core' and name.parts[1] != 'io'
            for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
                found = INCLUDE.match(line)
                if found and found[2].startswith(forbidden + (INNER if inner else ())):
                    yield f'{name}:{number}: {folder} may not include {found[2]}'


def main():
    root = pathlib.Path(sys.argv[1])
    found = list(complaints(root))
    if not list((root / 'core').glob('*.c')):
        found.append(f'{root}: there is no core to look at')
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
