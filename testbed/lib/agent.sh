# shellcheck shell=bash
# Puts a patchbay-agent binary into an endpoint, with the Swift runtime when it needs one.

# The directories of the toolchain's run-time libraries, one a line.
swift_runtime_directories() {
    swift -print-target-info | python3 -c \
        'import json, sys; print(*json.load(sys.stdin)["paths"]["runtimeLibraryPaths"], sep="\n")'
}

is_static() { ! readelf --program-headers "$1" | grep -qw INTERP; }

# swift_runtime_into BINARY TREE: copies those libraries that the binary asks for, directly or
# through another one, and that belong to the toolchain; the C library and its like are the
# endpoint's own.
swift_runtime_into() {
    local binary=$1 root=$2 directories=() directory library
    mapfile -t directories < <(swift_runtime_directories)
    (( ${#directories[@]} )) || could_not "swift is not on the PATH: its run-time is not found"
    mkdir -p "$root/usr/lib/swift/linux"
    while read -r library; do
        for directory in "${directories[@]}"; do
            [[ $library != "$directory"/* ]] ||
                install -m 644 "$library" "$root/usr/lib/swift/linux/"
        done
    done < <(LD_LIBRARY_PATH=$(IFS=:; echo "${directories[*]}") ldd "$binary" |
        awk '$2 == "=>" { print $3 }')
    echo /usr/lib/swift/linux > "$root/etc/ld.so.conf.d/swift.conf"
}

command_agent() {
    local number=${1:-} binary='' static=no root missing
    need_root
    need_endpoint "$number"
    shift
    while (( $# )); do
        case $1 in
            --binary) binary=${2:-}; shift 2 || wrong_use "agent: --binary needs a file" ;;
            --static) static=yes; shift ;;
            *) wrong_use "agent: unknown argument '$1'" ;;
        esac
    done
    [[ -x $binary ]] || wrong_use "agent: '$binary' is not a program"
    if is_machine "$number"; then
        agent_into_machine "$number" "$binary"
        return
    fi
    root=$(endpoint_directory "$number")/merged
    if ! is_static "$binary"; then
        [[ $static == no ]] || wrong_use "agent: '$binary' is not statically linked"
        swift_runtime_into "$binary" "$root"
        ldconfig -r "$root"
    fi
    install -m 755 "$binary" "$root/usr/bin/.patchbay-agent.new"
    mv -f "$root/usr/bin/.patchbay-agent.new" "$root/usr/bin/patchbay-agent"
    missing=$(chroot "$root" /usr/bin/ldd /usr/bin/patchbay-agent 2>&1 | grep 'not found' || true)
    [[ -z $missing ]] || could_not "the endpoint lacks a library (add its package to \
testbed/lib/recipe.sh): $missing"
}
