# shellcheck shell=bash
# The recipe of the virtual machine's disks: a Debian with a kernel of its own, its root on LVM and
# /boot on a disk that the boot loader can read. A change of this file is new disks.

# The cloud kernel has every driver that such a machine needs, and takes a quarter of the time to
# unpack that the one for all hardware takes. It is the main archive's; the updates of the security
# archive are what there is to install.
MACHINE_KERNEL=linux-image-cloud-amd64
MACHINE_PACKAGES=(
    "${RECIPE_PACKAGES[@]}" ifupdown initramfs-tools kmod lvm2 openssh-server zstd
    "$MACHINE_KERNEL"
)

# Room on /boot for two kernels; the root leaves 2 GiB of its volume group for snapshots.
MACHINE_BOOT_SIZE=512M
MACHINE_DISK_SIZE=5G
MACHINE_EXTENT_SIZE=4194304
MACHINE_ROOT_EXTENTS=768
# Where LVM puts the first extent.
MACHINE_DATA_OFFSET=1048576

# machine_recipe_build TARBALL SOURCES_LINE [APT_OPTION...]
machine_recipe_build() {
    local tarball=$1 sources=$2 option options=()
    shift 2
    for option in "$@"; do options+=(--aptopt="$option"); done
    # The links to the newest kernel lie on /boot, where the boot loader finds them.
    mmdebstrap --quiet --mode=root --variant=minbase "${options[@]}" \
        --include="$(IFS=,; echo "${MACHINE_PACKAGES[*]}")" \
        --essential-hook='printf "do_symlinks = yes\nlink_in_boot = yes\n" \
            > "$1/etc/kernel-img.conf"' \
        --customize-hook='rm -f "$1/etc/apt/sources.list" "$1/etc/resolv.conf" "$1/etc/hostname"' \
        --customize-hook='rm -rf "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1"/etc/ssh/ssh_host_*' \
        --customize-hook='rm -f "$1/var/log/dpkg.log" "$1/var/log/apt/"*' \
        "$RECIPE_SUITE" "$tarball" "$sources"
}
