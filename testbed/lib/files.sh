# shellcheck shell=bash
# Files to and from an endpoint's disk.

# Where a path of the endpoint lies on this machine. Links are resolved inside the endpoint, so
# that an absolute link there never leads into this machine's own files.
outside_path() {
    local root inside
    root=$(endpoint_directory "$1")/merged
    [[ $2 == /* ]] || wrong_use "'$2' is not an absolute path"
    inside=$(chroot "$root" /usr/bin/realpath -m -- "$2")
    [[ ! $inside =~ ^/(dev|proc|run|sys|tmp)(/|$) ]] ||
        wrong_use "'$2' is not on the endpoint's disk: choose a path outside /run, /tmp and /dev"
    echo "$root$inside"
}

command_push() {
    local target
    need_root
    need_endpoint "${1:-}"
    (( $# == 3 )) || wrong_use "push: N SOURCE DESTINATION"
    if is_machine "$1"; then
        push_to_machine "$@"
        return
    fi
    target=$(outside_path "$1" "$3")
    mkdir -p "$(dirname "$target")"
    # Beside it and then renamed: a program that is running can be replaced.
    rm -rf "$target.pushing"
    cp -a --no-preserve=ownership -- "$2" "$target.pushing"
    if [[ -d $target ]]; then rm -rf "$target"; fi
    mv -fT "$target.pushing" "$target"
}

command_pull() {
    local source
    need_root
    need_endpoint "${1:-}"
    (( $# == 3 )) || wrong_use "pull: N SOURCE DESTINATION"
    if is_machine "$1"; then
        pull_from_machine "$@"
        return
    fi
    source=$(outside_path "$1" "$2")
    cp -a --no-preserve=ownership -- "$source" "$3"
}
