# shellcheck shell=bash
# A second Debian for the tests: a root file system below the user's cache, and running a command in it. Needs lib.sh.

# The suites the tests run in besides this machine: those of the two Debians that it is not.
other_suites() {
    local ID="" VERSION_CODENAME=""
    . /etc/os-release
    case "$ID-$VERSION_CODENAME" in
    debian-bookworm) say trixie ;;
    debian-trixie) say bookworm ;;
    *) say "bookworm trixie" ;;
    esac
}

# Debian's packages come from where this machine's do; Ubuntu's mirrors have none of Debian's.
debian_mirror() {
    local ID="" VERSION_CODENAME="" found=""
    . /etc/os-release
    if [ "$ID" = debian ]; then
        found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' \
            "Codename: $VERSION_CODENAME" | head -n 1)
        [ -n "$found" ] || found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
            grep -v security | head -n 1)
    fi
    say "${found:-http://deb.debian.org/debian}"
}

# Build the root file system of a suite where the cache has none for these packages; its path goes to $root.
make_root() {
    local suite=$1 cache key tmp include proxy=""
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/iemd-test
    # shellcheck disable=SC2086 # a list of words
    include=$(printf '%s,' $WORLD_PACKAGES)
    key=$(printf '%s\n' "$suite" "$include" | sha256sum | cut -c 1-12)
    root=$cache/$suite-$key
    [ -d "$root" ] && return

    say "Building a root file system of Debian $suite in $root (once; a minute or more)."
    mkdir -p "$cache"
    tmp=$cache/.$suite-$key.$$
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    # renamed only when whole, so that a run that was broken off leaves nothing that looks usable
    if as_root mmdebstrap --quiet --variant=apt --include="${include%,}" ${proxy:+--aptopt="Acquire::http::Proxy \"$proxy\""} \
        --customize-hook='mkdir -p "$1/src/iemd" "$1/build"' "$suite" "$tmp" "$(debian_mirror)" </dev/null; then
        as_root mv -T "$tmp" "$root" 2>/dev/null || [ -d "$root" ] # another run may have been quicker
    fi
    as_root rm -rf "$tmp"
    [ -d "$root" ]
}

# in_root ROOT CHECKOUT BUILD COMMAND…: run there with CHECKOUT as /src/iemd, read-only, and BUILD as /build.
# Mounts and processes are in namespaces of their own: both go when the command ends, also when we are killed.
in_root() {
    local status=0
    as_root setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child sh -eu -c '
        root=$1 checkout=$2 build=$3; shift 3
        mount --bind "$root" "$root"
        mount -o remount,ro,bind "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/tmp"
        mount -t tmpfs tmpfs "$root/run"
        mount --bind "$checkout" "$root/src/iemd"
        mount -o remount,ro,bind "$root/src/iemd"
        mount --bind "$build" "$root/build"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 "CI=${CI:-}" "$@"
        ' in_root "$@" </dev/null || status=$?
    [ "$(id -u)" = 0 ] || as_root chown -R "$(id -u):$(id -g)" "$3"
    return $status
}
