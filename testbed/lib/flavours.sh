# shellcheck shell=bash
# Root file systems of endpoints with other package tools than apt, and of other releases of
# Debian. A flavour with another tool is a Debian root made into a system of its own: its
# os-release, its package database with the first versions of the lab's packages, its one source.
# debian11 and debian13 are those releases themselves. Built once, cached as a tarball per base.

FLAVOURS=(dnf4 dnf5 zypper pacman flatpak debian11 debian13)

# Which base a flavour stands on.
flavour_base() {
    case $1 in
        dnf4 | pacman | flatpak) echo tools ;;
        zypper) echo zypper ;;
        dnf5 | debian11 | debian13) echo "$1" ;;
        *) wrong_use "unknown flavour '$1'; one of: ${FLAVOURS[*]}" ;;
    esac
}

COMMON_PACKAGES=(libgcc-s1 libstdc++6 perl-base procps iproute2 tzdata zlib1g)

# dnf's plug-ins and zypper cannot stand side by side in Debian, hence a base for each.
base_packages() {
    case $1 in
        tools)
            echo dnf dnf-plugins-core rpm createrepo-c pacman-package-manager makepkg \
                libarchive-tools flatpak ostree gpg gpg-agent zstd ;;
        zypper) echo zypper rpm gpg ;;
        dnf5) echo dnf5 rpm ;;
    esac
}

# Debian 12 has no dnf 5; a release in preparation has.
base_suite() {
    case $1 in
        dnf5) echo forky ;;
        debian11) echo bullseye ;;
        debian13) echo trixie ;;
        *) echo "$RECIPE_SUITE" ;;
    esac
}

tool_base_tarball() {
    local key
    key=$(echo "$(base_packages "$1") ${COMMON_PACKAGES[*]} $(base_suite "$1")" | sha256sum)
    echo "$LAB_CACHE/tools-$1-${key:0:16}.tar.zst"
}

# machine_sources_line for another suite of the same mirror.
base_sources_line() {
    local line
    line=$(machine_sources_line)
    echo "${line/ $RECIPE_SUITE / $(base_suite "$1") }"
}

build_tool_base() {
    local base=$1 tarball options option arguments=() packages
    tarball=$(tool_base_tarball "$base")
    [[ ! -f $tarball ]] || return 0
    mkdir -p "$LAB_CACHE"
    mapfile -t options < <(machine_apt_options)
    for option in "${options[@]}"; do arguments+=(--aptopt="$option"); done
    # The release in preparation is signed for a week only.
    if [[ $base == dnf5 ]]; then arguments+=(--aptopt='Acquire::Check-Valid-Until "false"'); fi
    mapfile -t packages < <(base_packages "$base" | tr -s ' ' '\n')
    packages+=("${COMMON_PACKAGES[@]}")
    say "building the root file system with $base (once; about a minute)"
    mmdebstrap --quiet --mode=root --variant=minbase "${arguments[@]}" \
        --include="$(IFS=,; echo "${packages[*]}")" \
        --customize-hook='rm -f "$1/etc/apt/sources.list" "$1/etc/resolv.conf" "$1/etc/hostname"' \
        --customize-hook='rm -rf "$1"/var/log/apt/* "$1"/var/lib/apt/lists/*' \
        "$(base_suite "$base")" "$LAB_CACHE/building-$base.tar.zst" \
        "$(base_sources_line "$base")" > "$LAB_CACHE/build-$base.log" 2>&1 ||
        could_not "no root file system with $base: $(tail -n 3 "$LAB_CACHE/build-$base.log")"
    mv "$LAB_CACHE/building-$base.tar.zst" "$tarball"
    find "$LAB_CACHE" -name "tools-$base-*.tar.zst" ! -path "$tarball" -delete
}

tool_base_path() { echo "$LAB_BASE/bases/$(basename "$(tool_base_tarball "$1")" .tar.zst)"; }

# The unpacked base, read-only below every endpoint and workshop that stands on it.
ensure_tool_base() {
    local path
    path=$(tool_base_path "$1")
    [[ ! -d $path ]] || return 0
    build_tool_base "$1"
    rm -rf "$path.new"
    mkdir -p "$path.new"
    tar -C "$path.new" --zstd --numeric-owner -xpf "$(tool_base_tarball "$1")"
    mv "$path.new" "$path"
    find "$LAB_BASE/bases" -mindepth 1 -maxdepth 1 -name "tools-$1-*" ! -path "$path" \
        -exec rm -rf {} +
}

# --- the repositories -----------------------------------------------------------------------

tool_repository_path() {
    local key
    key=$(cat "$TESTBED"/repo/tools/make-* "$(signing_public_key)" | sha256sum | cut -c1-16)
    echo "$LAB_BASE/repositories/$key"
}

# Makes the repositories of rpm, pacman and flatpak in a root that has their tools.
ensure_tool_repository() {
    local path work
    ensure_signing_key
    path=$(tool_repository_path)
    [[ ! -d $path ]] || return 0
    ensure_tool_base tools
    rm -rf "$LAB_BASE/repositories"
    mkdir -p "$path.new"
    work=$(mktemp -d -p "$LAB_BASE")
    mkdir "$work"/{upper,work,merged}
    mkdir -m 700 "$work/key"
    # Without the sockets of an agent of gpg, which may end at this very moment.
    tar -C "$SIGNING_HOME" --exclude='./S.gpg-agent*' --exclude='./.#lk*' --exclude='*.lock' -cf - . |
        tar -C "$work/key" -xpf -
    mount -t overlay workshop "$work/merged" \
        -o "lowerdir=$(tool_base_path tools),upperdir=$work/upper,workdir=$work/work"
    say "making the repositories of rpm, pacman and flatpak (once; half a minute)"
    local tool status=0
    for tool in rpm pacman flatpak; do
        in_workshop "$work/merged" "$path.new" "$work/key" "/tools/make-$tool" /output /key \
            >> "$LAB_BASE/repositories.log" 2>&1 || status=1
    done
    umount "$work/merged"
    rm -rf "$work"
    (( status == 0 )) ||
        could_not "no repositories: $(tail -n 3 "$LAB_BASE/repositories.log")"
    mv "$path.new" "$path"
}

# in_workshop ROOT OUTPUT KEY COMMAND...
in_workshop() {
    unshare -m -p -f -u -i -n --propagation private --kill-child \
        "$TESTBED/lib/enter-workshop" "$1" "$2" "$3" "$TESTBED/repo/tools" \
        "${CLEAN_ENVIRONMENT[@]}" "${@:4}"
}

command_tool_repository() {
    need_root
    (( $# == 1 )) || wrong_use "tool-repository: which folder?"
    with_lock flavours ensure_tool_repository
    mkdir -p "$1/public"
    cp -a "$(tool_repository_path)/." "$1/public/"
}

# --- the flavours ---------------------------------------------------------------------------

flavour_key() {
    {
        cat "$TESTBED/lib/flavours.sh" "$TESTBED/lib/prepare-flavour" \
            "$TESTBED/lib/rootfs.sh" "$TESTBED"/repo/{lib.sh,behaviours.sh,table.txt} \
            "$TESTBED"/repo/tools/make-* "$(signing_public_key)"
        echo "$LAB_REPOSITORY_PORT"
    } | sha256sum | cut -c1-16
}

flavour_path() { echo "$LAB_BASE/flavours/$1-$(flavour_key)"; }

# An endpoint's lower folders: what makes the flavour, above its base.
flavour_lower() { echo "$(flavour_path "$1"):$(tool_base_path "$(flavour_base "$1")")"; }

ensure_flavour() {
    local flavour=$1 path base work
    ensure_signing_key
    base=$(flavour_base "$flavour")
    path=$(flavour_path "$flavour")
    ensure_tool_base "$base"
    [[ $flavour == debian* ]] || ensure_tool_repository
    [[ ! -d $path ]] || return 0
    work=$LAB_BASE/flavours/making-$flavour
    rm -rf "$work"
    mkdir -p "$work"/{upper,work,merged}
    mount -t overlay flavour "$work/merged" \
        -o "lowerdir=$(tool_base_path "$base"),upperdir=$work/upper,workdir=$work/work"
    local status=0
    if [[ $flavour == debian* ]]; then
        # As the endpoints of the usual release are made.
        (configure_apt "$work/merged" && install_first_versions "$work/merged") \
            > "$LAB_BASE/flavours/$flavour.log" 2>&1 || status=1
    else
        in_workshop "$work/merged" "$(tool_repository_path)" "$SIGNING_HOME" \
            /bin/bash -s "$flavour" "http://$LAB_SERVER_ADDRESS:$LAB_REPOSITORY_PORT" \
            < "$TESTBED/lib/prepare-flavour" > "$LAB_BASE/flavours/$flavour.log" 2>&1 || status=1
    fi
    umount "$work/merged"
    (( status == 0 )) ||
        could_not "the flavour $flavour: $(tail -n 3 "$LAB_BASE/flavours/$flavour.log")"
    find "$LAB_BASE/flavours" -mindepth 1 -maxdepth 1 -name "$flavour-*" -exec rm -rf {} +
    rm -rf "$work/upper/output" "$work/upper/key" "$work/upper/tools"
    mv "$work/upper" "$path"
    rm -rf "$work"
}

command_flavour() {
    local flavour
    need_root
    (( $# )) || wrong_use "flavour: which? ${FLAVOURS[*]}"
    for flavour in "$@"; do
        flavour_base "$flavour" > /dev/null
        with_lock flavours ensure_flavour "$flavour"
    done
}
