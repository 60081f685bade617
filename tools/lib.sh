# shellcheck shell=bash
# What the commands in tools/ share. Source it; it changes nothing by itself.

# The demo builds and runs the service; the tests need sanitizers (they come with gcc), cmocka and a second Debian too.
DEMO_PACKAGES="meson ninja-build pkg-config gcc libc6-dev pipewire pipewire-bin wireplumber libpipewire-0.3-dev
    libspa-0.2-dev libasound2-dev libspa-0.2-modules dbus-daemon libconfig-dev libfftw3-dev libsoxr-dev libsystemd-dev libsndfile1-dev libjansson-dev
    scdoc python3 python3-numpy"
WORLD_PACKAGES="$DEMO_PACKAGES libcmocka-dev python3-pytest python3-pytest-xdist systemd strace alsa-utils" # systemd: busctl
TEST_PACKAGES="$WORLD_PACKAGES mmdebstrap"
CROSS_PACKAGES="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static" # tools/cross-test
BOX_HOST_PACKAGES="qemu-system-x86 e2fsprogs xz-utils zstd mmdebstrap" # the machine of tools/box-test

NOTHING_DONE=77 # exit status of tests that cannot run here, as in automake and meson

PYTHON=/usr/bin/python3 # the one the packages are for; another may come first in PATH

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Wrong usage: the sentence, how it is used, exit 2.
wrong_usage() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    usage >&2
    exit 2
}

# Run a command as root, through sudo where that is not who we are.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "this needs root: $* (and there is no sudo)"
    fi
}

# The packages among the arguments that are not installed.
missing_packages() {
    local package
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s ' "$package"
    done
}

# Install what is missing, and say so; does nothing, and needs no network, when all is there.
install_missing() {
    local missing
    if ! command -v apt-get >/dev/null; then
        say "This is not Debian or Ubuntu: what is needed is taken to be installed ($*)."
        return
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "Installing with apt: $missing"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null ||
        say "The package lists could not be renewed; going on with the present ones."
    # shellcheck disable=SC2086 # a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 install -y -qq --no-install-recommends $missing </dev/null ||
        die "apt could not install: $missing"
}
