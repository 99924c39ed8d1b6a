# shellcheck shell=bash
# Virtual machines: endpoints with a kernel of their own, for what a container cannot show (a kernel
# update, the boot loader, LVM). They are commanded by ssh, as they share nothing else with this
# machine.

# Seconds that `ready` waits for a machine, and `stop` for its shutdown. An emulated processor boots
# in twenty seconds on an idle machine and in a minute on a busy one.
MACHINE_READY_SECONDS=${LAB_MACHINE_READY_SECONDS:-600}
MACHINE_STOP_SECONDS=60

machine_key() { echo "$LAB_BASE/machine-key"; }
is_machine() { [[ -f $(endpoint_directory "$1")/root.img ]]; }

# --- disks ----------------------------------------------------------------------------------

machine_tarball() {
    local key
    key=$(cat "$TESTBED/lib/recipe.sh" "$TESTBED/lib/machine-recipe.sh" | sha256sum)
    echo "$LAB_CACHE/machine-${key:0:16}.tar.zst"
}

build_machine_base() {
    local tarball options
    tarball=$(machine_tarball)
    [[ ! -f $tarball ]] || return 0
    mkdir -p "$LAB_CACHE"
    mapfile -t options < <(machine_apt_options)
    say "building the virtual machine's file system (once; about two minutes)"
    machine_recipe_build "$LAB_CACHE/building-machine.tar.zst" "$(machine_sources_line)" \
        "${options[@]}" > "$LAB_CACHE/build-machine.log" 2>&1 ||
        could_not "mmdebstrap failed; its last words: $(tail -n 3 "$LAB_CACHE/build-machine.log")"
    mv "$LAB_CACHE/building-machine.tar.zst" "$tarball"
    find "$LAB_CACHE" -name 'machine-*.tar.zst' ! -path "$tarball" -delete
}

ensure_machine_key() {
    [[ -f $(machine_key) ]] ||
        ssh-keygen -q -t ed25519 -N '' -C patchbay-lab -f "$(machine_key)"
}

# The disks depend on the tarball, on what is added to it here, on the lab's packages, and on the keys
# that the machine trusts.
machine_disks() {
    local key
    key=$(
        {
            basename "$(machine_tarball)"
            cat "$TESTBED/lib/machine.sh" "$TESTBED/repo/behaviours.sh" "$TESTBED/repo/table.txt" \
                "$(signing_public_key)" "$(machine_key).pub"
            echo "$LAB_REPOSITORY_PORT"
        } | sha256sum
    )
    echo "$LAB_BASE/machines/${key:0:16}"
}

# What the tarball becomes: the lab's source, packages and key, and the machine's own settings.
prepare_machine_tree() {
    local tree=$1
    configure_apt "$tree"
    install_first_versions "$tree"
    # Only what this machine needs: else the emulated processor packs for six minutes.
    sed -i 's/^MODULES=.*/MODULES=dep/' "$tree/etc/initramfs-tools/initramfs.conf"
    # So that a snapshot of the root can be merged back at the next boot.
    echo dm_snapshot >> "$tree/etc/initramfs-tools/modules"
    printf '%s / ext4 defaults 0 1\n%s /boot ext4 defaults 0 2\n' \
        /dev/lab/root /dev/vda > "$tree/etc/fstab"
    # Each machine's own lies on its boot disk.
    printf 'auto lo\niface lo inet loopback\nsource /boot/lab/interfaces\n' \
        > "$tree/etc/network/interfaces"
    printf '127.0.0.1 localhost\n%s server server.lab\n' "$LAB_SERVER_ADDRESS" > "$tree/etc/hosts"
    : > "$tree/etc/machine-id"
    chroot "$tree" /usr/bin/ssh-keygen -A > /dev/null
    install -m 700 -d "$tree/root/.ssh"
    install -m 600 "$(machine_key).pub" "$tree/root/.ssh/authorized_keys"
    ln -sf /dev/null "$tree/etc/systemd/system/serial-getty@ttyS0.service"
    install -m 755 "$TESTBED"/fault/* "$tree/usr/local/sbin/"
}

# The volume group's description is written rather than made by lvcreate, which wants the kernel's
# device mapper even for a volume that is not to be used here.
make_volume_group() {
    local disk=$1 device=$2 text=$3
    pvcreate -q --devices "$device" "$device"
    vgcreate -q --devices "$device" --physicalextentsize "${MACHINE_EXTENT_SIZE}b" lab "$device"
    vgcfgbackup -q --devices "$device" -f "$text" lab
    python3 "$TESTBED/lib/add-volume" "$text" root "$MACHINE_ROOT_EXTENTS"
    vgcfgrestore -q --devices "$device" -f "$text" lab
}

build_machine_disks() {
    local disks work tree device
    disks=$(machine_disks)
    [[ ! -d $disks ]] || return 0
    build_machine_base
    work=$LAB_BASE/machines/building
    tree=$work/tree
    rm -rf "$work"
    mkdir -p "$tree"
    tar -C "$tree" --zstd --numeric-owner -xpf "$(machine_tarball)"
    prepare_machine_tree "$tree"
    mkdir -p "$work/boot/extlinux" "$work/mounted"
    mv "$tree"/boot/* "$work/boot/"
    truncate -s "$MACHINE_BOOT_SIZE" "$work/boot.img"
    # extlinux reads neither 64-bit block numbers nor checksums of metadata.
    mkfs.ext4 -q -O '^64bit,^metadata_csum' -d "$work/boot" "$work/boot.img"
    mount -o loop "$work/boot.img" "$work/mounted"
    extlinux --install "$work/mounted/extlinux" > "$work/log" 2>&1 || {
        umount "$work/mounted"
        could_not "extlinux failed: $(tail -n 2 "$work/log")"
    }
    umount "$work/mounted"
    truncate -s "$MACHINE_DISK_SIZE" "$work/root.img"
    device=$(losetup --find --show "$work/root.img")
    make_volume_group "$work/root.img" "$device" "$work/group.txt" > "$work/log" 2>&1 || {
        losetup --detach "$device"
        could_not "LVM failed: $(tail -n 3 "$work/log")"
    }
    losetup --detach "$device"
    mkfs.ext4 -q -F -E "offset=$MACHINE_DATA_OFFSET" -d "$tree" "$work/root.img" \
        "$(( MACHINE_EXTENT_SIZE / 1024 * MACHINE_ROOT_EXTENTS ))k"
    rm -rf "$tree" "${work:?}"/{boot,mounted,group.txt,log}
    rm -rf "$(dirname "$work")"/????????????????
    mv "$work" "$disks"
}

ensure_machine_disks() {
    ensure_signing_key
    ensure_machine_key
    build_machine_disks
}

# --- a machine's life -----------------------------------------------------------------------

create_machine() {
    local number=$1 directory
    endpoint_exists "$number" && return 0
    netns_exists "$NETNS_SERVER" || could_not "the lab is not up: run testbed/lab up"
    remove_endpoint "$number" now
    directory=$(endpoint_directory "$number")
    mkdir -p "$directory/boot"
    cp --sparse=always "$(machine_disks)/boot.img" "$directory/boot.img"
    give_machine_identity "$number" "$directory"
    ip -n "$NETNS_SWITCH" tuntap add "ep$number" mode tap
    ip -n "$NETNS_SWITCH" link set "ep$number" master br0 up
    # Last of all: its presence says that the whole is there.
    cp --sparse=always "$(machine_disks)/root.img" "$directory/root.new"
    mv "$directory/root.new" "$directory/root.img"
}

give_machine_identity() {
    local number=$1 directory=$2 identity
    identity=$(echo "$LAB_ID machine $number" | md5sum | cut -c1-32)
    mount -o loop "$directory/boot.img" "$directory/boot"
    mkdir "$directory/boot/lab"
    printf 'auto eth0\niface eth0 inet static\n    address %s/16\n' \
        "$(endpoint_address "$number")" > "$directory/boot/lab/interfaces"
    cat > "$directory/boot/extlinux/extlinux.conf" <<CONFIGURATION
DEFAULT lab
LABEL lab
 KERNEL /vmlinuz
 INITRD /initrd.img
 APPEND root=/dev/mapper/lab-root rw console=ttyS0 panic=-1 net.ifnames=0 quiet systemd.hostname=ep$number systemd.machine_id=$identity
CONFIGURATION
    umount "$directory/boot"
}

command_machine() {
    local number=${1:-}
    need_root
    check_endpoint "$number"
    (( $# == 1 )) || wrong_use "machine: N"
    with_lock machines ensure_machine_disks
    with_lock "lab-$LAB_ID" create_machine "$number"
}

machine_pid() {
    local pid
    pid=$(cat "$(endpoint_directory "$1")/qemu.pid" 2> /dev/null) && is_alive "$pid" && echo "$pid"
}

boot_machine() {
    local directory
    directory=$(endpoint_directory "$1")
    machine_pid "$1" > /dev/null && return 0
    setsid --fork "$TESTBED/lib/run-machine" "$directory" "$NETNS_SWITCH" "ep$1" \
        < /dev/null >> "$directory/console.log" 2>&1
}

# machine_ssh NUMBER COMMAND-LINE...: the arguments are for the machine's shell.
MACHINE_SSH_OPTIONS=(
    -q -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
    -o ConnectTimeout=5 -o ServerAliveInterval=15
)

machine_ssh() {
    local number=$1
    shift
    nsenter --net="/run/netns/$NETNS_SERVER" -- ssh "${MACHINE_SSH_OPTIONS[@]}" \
        -i "$(machine_key)" "root@$(endpoint_address "$number")" "$@"
}

enter_machine() {
    local number=$1
    shift
    machine_ssh "$number" "$(printf '%q ' "${CLEAN_ENVIRONMENT[@]}" "$@")"
}

halt_machine() {
    local number=$1 how=$2 pid deadline
    pid=$(machine_pid "$number") || return 0
    if [[ $how == cleanly ]]; then
        enter_machine "$number" systemctl poweroff < /dev/null > /dev/null 2>&1 || true
        deadline=$(( SECONDS + MACHINE_STOP_SECONDS ))
        while is_alive "$pid" && (( SECONDS < deadline )); do sleep 0.2; done
    fi
    end_processes "$pid"
    rm -f "$(endpoint_directory "$number")/qemu.pid"
}

remove_machine() {
    halt_machine "$1" "$2"
    ip -n "$NETNS_SWITCH" link delete "ep$1" 2> /dev/null || true
    rm -rf "$(endpoint_directory "$1")"
}

# --- files ----------------------------------------------------------------------------------

push_to_machine() {
    local number=$1 source=$2 target
    target=$(printf %q "$3")
    tar -C "$(dirname "$source")" -cf - "$(basename "$source")" |
        machine_ssh "$number" "set -e; mkdir -p \$(dirname $target); rm -rf $target.pushing
            mkdir $target.pushing; tar -C $target.pushing --no-same-owner -xpf -
            if test -d $target; then rm -rf $target; fi
            mv -fT $target.pushing/* $target; rmdir $target.pushing"
}

pull_from_machine() {
    local folder
    folder=$(mktemp -d)
    machine_ssh "$1" "tar -C $(printf %q "$(dirname "$2")") -cf - $(printf %q "$(basename "$2")")" |
        tar -C "$folder" --no-same-owner -xpf -
    mv -T "$folder/$(basename "$2")" "$3"
    rm -rf "$folder"
}

# agent_into_machine NUMBER BINARY
agent_into_machine() {
    local number=$1 binary=$2 tree
    tree=$(mktemp -d)
    mkdir -p "$tree/usr/bin" "$tree/etc/ld.so.conf.d"
    is_static "$binary" || swift_runtime_into "$binary" "$tree"
    # Without what debuggers read: every byte is decrypted by an emulated processor.
    strip -o "$tree/usr/bin/patchbay-agent" "$binary"
    find "$tree/usr/lib" -name '*.so' -exec strip {} + 2> /dev/null || true
    tar -C "$tree" -cf - etc usr | machine_ssh "$number" "tar -C / --no-same-owner -xpf - && ldconfig"
    rm -rf "$tree"
}
