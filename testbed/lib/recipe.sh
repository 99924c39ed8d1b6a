# shellcheck shell=bash
# The recipe of the Debian 12 root file system. A change of this file is a new root file system:
# the cached tarball is keyed by this file's hash.

RECIPE_SUITE=bookworm

# libstdc++6, libgcc-s1 and zlib1g are what a dynamically linked Swift program needs beside the
# C library. restic makes the backups that installations ask for.
RECIPE_PACKAGES=(
    dbus iproute2 iputils-ping libgcc-s1 libstdc++6 perl-base procps restic systemd systemd-sysv
    tzdata udev zlib1g
)

# Timers that would run apt behind a test's back and take its locks at random moments, and
# services that need an outside network.
RECIPE_MASKED_UNITS=(
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer
    systemd-timesyncd.service
)

# recipe_build TARBALL SOURCES_LINE [APT_OPTION...]
recipe_build() {
    local tarball=$1 sources=$2 option unit options=()
    shift 2
    for option in "$@"; do options+=(--aptopt="$option"); done
    for unit in "${RECIPE_MASKED_UNITS[@]}"; do
        options+=(--customize-hook="ln -sf /dev/null \"\$1/etc/systemd/system/$unit\"")
    done
    mmdebstrap --quiet --mode=root --variant=minbase "${options[@]}" \
        --include="$(IFS=,; echo "${RECIPE_PACKAGES[*]}")" \
        --customize-hook='rm -f "$1/etc/apt/sources.list" "$1/etc/resolv.conf" "$1/etc/hostname"' \
        --customize-hook='rm -rf "$1/etc/apt/apt.conf.d/99mmdebstrap"' \
        --customize-hook='rm -f "$1/var/log/dpkg.log" "$1/var/log/apt/"*' \
        "$RECIPE_SUITE" "$tarball" "$sources"
}
