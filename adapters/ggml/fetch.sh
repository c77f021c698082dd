#!/bin/sh
# Fetches ggml's shipping CPU kernels: the npm package @node-llama-cpp/linux-ARCH, pinned in version and content.
#
#     adapters/ggml/fetch.sh DEST ARCH        ARCH is x64 or arm64
#
# Prints the folder that holds the libraries. Does nothing else where DEST has them already. Exit status: 0 they are
# there, 2 usage, 3 not available (no npm, no network): the caller goes on without this guest, 1 anything else,
# a package of another content included.
set -eu

version=3.22.1

say() {
    printf 'fetch.sh: %s\n' "$1" >&2
}

# The registry's dist.integrity of the pinned version.
expected_integrity() {
    case $1 in
    x64) echo 'sha512-5uCCDNqWCNfaAm8aR/Uzxbo4HBpKgNF91kCHPepKhgMgV2OAmatoefbOlMihsqCiH2Od35E/eUHQCFbfRBJuOg==' ;;
    arm64) echo 'sha512-W+7naKCXX9/eEjjFmRS8vvx91QyLXDbeFxexZc3bh/PtQABZgmRL3C0AtYYXn4YGTj/3Qor4lWZn2tpjZFPLdQ==' ;;
    *) return 1 ;;
    esac
}

# The integrity of a file as the registry writes it: base64 of the digest's 64 bytes, which sha512sum gives in
# hexadecimal and printf turns into bytes.
integrity_of() {
    hex=$(sha512sum "$1" | cut -d ' ' -f 1)
    octal=$(printf '%s' "$hex" | fold -w 2 | while read -r byte || [ -n "$byte" ]; do
        printf '\\%03o' "0x$byte"
    done)
    # shellcheck disable=SC2059 # the escapes are the bytes
    printf 'sha512-%s\n' "$(printf "$octal" | base64 -w 0)"
}

if [ $# -ne 2 ] || ! integrity=$(expected_integrity "$2"); then
    say 'usage: fetch.sh DEST x64|arm64'
    exit 2
fi
destination=$1
architecture=$2
package=@node-llama-cpp/linux-$architecture@$version
folder=$destination/node-llama-cpp-linux-$architecture-$version
libraries=$folder/package/bins/linux-$architecture

if [ -f "$libraries/libggml-base.so" ]; then
    printf '%s\n' "$libraries"
    exit 0
fi

if ! command -v npm >/dev/null; then
    say "ggml's kernels are not available: npm is not installed (Debian's package npm has it)"
    exit 3
fi
mkdir -p "$destination"
scratch=$(mktemp -d "$destination/fetch.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# npm would wait minutes for a network that is not there.
if ! npm pack "$package" --pack-destination "$scratch" --fetch-retries 1 --fetch-retry-mintimeout 1000 \
    --fetch-timeout 60000 >"$scratch/npm.out" 2>"$scratch/npm.log"; then
    reason=$(grep -m 1 'npm ERR! code\|npm error code' "$scratch/npm.log" || echo 'no reason given')
    say "ggml's kernels are not available: npm could not fetch $package ($reason); check the network"
    exit 3
fi
set -- "$scratch"/*.tgz
archive=$1

actual=$(integrity_of "$archive")
if [ "$actual" != "$integrity" ]; then
    say "refused: $package has the content $actual and $integrity is expected"
    exit 1
fi

# Unpacked aside and renamed at last, so that a folder of that name is always whole.
mkdir "$scratch/unpacked"
tar -xzf "$archive" -C "$scratch/unpacked"
if [ ! -f "$scratch/unpacked/package/bins/linux-$architecture/libggml-base.so" ]; then
    say "refused: $package holds no bins/linux-$architecture/libggml-base.so"
    exit 1
fi
# One that is not whole comes from other hands; one that another fetch made meanwhile is as good as this.
if [ ! -f "$libraries/libggml-base.so" ]; then
    rm -rf "$folder"
    mv -T "$scratch/unpacked" "$folder"
fi
printf '%s\n' "$libraries"
