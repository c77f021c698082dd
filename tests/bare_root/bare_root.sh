#!/usr/bin/env bash
# Makes an empty Debian 12 in ROOT, puts the tree into it without git's folder and without what was built, and runs
# `./run VERB...` there: what the newcomer's first command needs and nobody has named shows here.
#
#     tests/bare_root/bare_root.sh ROOT [VERB ARGUMENTS...]      VERB is verify where none is given
#
# Needs root and debootstrap. ROOT is made anew each time. The mounts lie in a mount namespace of their own, and the
# processes in a process namespace of theirs: both end with this command, however it ends.
set -euo pipefail

say() { printf '\n== %s\n' "$*"; }
die() {
    printf 'bare_root.sh: %s\n' "$*" >&2
    exit 2
}

release=bookworm
if [ "${BRICKPROOF_IN_NAMESPACE:-}" = yes ]; then
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    chroot "$root" /usr/bin/env -u BRICKPROOF_IN_NAMESPACE HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        bash -c 'cd /brickproof && exec ./run "$@"' run "$@"
    exit
fi

[ $# -ge 1 ] || die "usage: bare_root.sh ROOT [VERB ARGUMENTS...]"
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$1"
root=$(cd "$1" && pwd)
shift
[ "$(id -u)" -eq 0 ] || die "making a Debian root needs root: sudo ./run bare-root"
command -v debootstrap >/dev/null || die "there is no debootstrap (Debian's package debootstrap has it)"
unshare --mount --pid --fork true 2>/dev/null || die "this system allows no mount namespaces here"

# The archive that this machine's apt uses for the release, and apt's settings of how archives are reached: proxies,
# certificates, mirrors.
archive=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v release=$release '$1 == release { print $2; exit }')
eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
export http_proxy=${http_proxy:-} https_proxy=${https_proxy:-}
say "debootstrap $release into $root"
rm -rf --one-file-system "$root"
mkdir -p "$root"
debootstrap --variant=minbase "$release" "$root" "${archive:-http://deb.debian.org/debian}" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    die "debootstrap failed; all of what it said is in $root.log"
}

# Copies FILE... to the same places in the root.
copy() {
    local file
    for file in "$@"; do
        if [ -e "$file" ]; then (cd / && cp -LR --parents "${file#/}" "$root"); fi
    done
}
rm -f "$root/etc/apt/sources.list"
copy /etc/resolv.conf /etc/hosts /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/trusted.gpg.d /etc/apt/keyrings \
    /usr/share/keyrings
while read -r file; do copy "$file"; done < <(grep -ls Acquire /etc/apt/apt.conf /etc/apt/apt.conf.d/*)
# Certificates that the environment names are for programs inside, too; so are those that apt's settings name.
while read -r file; do copy "$file"; done < <(
    env | sed -n 's/^[A-Z_]*CERT[A-Z_]*=\(\/.*\)/\1/p'
    apt-config dump | sed -n 's/.*CaInfo "\(\/.*\)";/\1/Ip' | sort -u
)

say "copying the tree, without .git and build"
mkdir -p "$root/brickproof"
tar -C "$tree" --exclude=./.git --exclude=./build --exclude=./.cache -cf - . | tar -C "$root/brickproof" -xf -

[ $# -gt 0 ] || set -- verify
say "./run $* in the root"
exec env BRICKPROOF_IN_NAMESPACE=yes unshare --mount --propagation private --pid --fork --kill-child \
    bash "${BASH_SOURCE[0]}" "$root" "$@"
