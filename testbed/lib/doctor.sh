# shellcheck shell=bash
# What the machine must offer. Every trial runs in throw-away namespaces and leaves nothing.

# command:package that brings it
LAB_TOOLS=(
    ip:iproute2 ss:iproute2 nft:nftables mmdebstrap:mmdebstrap systemd-nspawn:systemd-container
    unshare:util-linux nsenter:util-linux flock:util-linux gpg:gpg gpg-agent:gpg-agent
    apt-ftparchive:apt-utils as:binutils ld:binutils readelf:binutils zstd:zstd python3:python3
    sysctl:procps perl:perl-base
)

# What virtual machines need beside that.
LAB_MACHINE_TOOLS=(
    qemu-system-x86_64:qemu-system-x86 extlinux:extlinux mkfs.ext4:e2fsprogs ssh:openssh-client
    ssh-keygen:openssh-client vgcfgrestore:lvm2 losetup:util-linux
)

machine_findings() {
    local entry
    for entry in "${LAB_MACHINE_TOOLS[@]}"; do
        command -v "${entry%%:*}" > /dev/null ||
            echo "missing tool ${entry%%:*}: install the package ${entry##*:} \
(testbed/lab install --machines)"
    done
    [[ -c /dev/net/tun ]] || echo "no /dev/net/tun: a virtual machine has no network"
    losetup --find > /dev/null 2>&1 || echo "no loop devices: disks cannot be made"
    [[ $(dpkg --print-architecture 2> /dev/null) == amd64 ]] ||
        echo "not amd64: the boot loader of the virtual machines is for PCs"
}

doctor_findings() {
    local entry
    if [[ $EUID -ne 0 ]]; then
        echo "not root: network namespaces and mounts need root"
        return
    fi
    for entry in "${LAB_TOOLS[@]}"; do
        command -v "${entry%%:*}" > /dev/null ||
            echo "missing tool ${entry%%:*}: install the package ${entry##*:} (testbed/lab install)"
    done
    unshare -m -p -f -u -i -n true 2> /dev/null ||
        echo "no namespaces: the kernel or the container refuses unshare"
    if command -v ip > /dev/null; then
        unshare -n sh -c 'ip link add name br0 type bridge &&
            ip link add name v0 type veth peer name v1 &&
            ip link set dev v0 master br0' 2> /dev/null ||
            echo "no virtual network: bridge or veth devices cannot be made"
    fi
    if command -v nft > /dev/null; then
        unshare -n nft 'add table inet t; add chain inet t c {type filter hook output priority 0;};
            add rule inet t c numgen random mod 100 < 1 drop' 2> /dev/null ||
            echo "no nftables: network faults cannot be injected"
    fi
    doctor_overlay ||
        echo "no overlayfs under $LAB_BASE: set LAB_BASE to a directory on ext4, xfs or btrfs"
    [[ $(dpkg --print-architecture 2> /dev/null) =~ ^(amd64|arm64)$ ]] ||
        echo "not a Debian machine of architecture amd64 or arm64"
}

doctor_overlay() {
    local trial result=0
    mkdir -p "$LAB_BASE" && trial=$(mktemp -d "$LAB_BASE/doctor.XXXXXX") || return 1
    mkdir "$trial"/{lower,upper,work,merged}
    unshare -m mount -t overlay overlay "$trial/merged" \
        -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" 2> /dev/null ||
        result=1
    rm -rf "$trial"
    return "$result"
}

command_doctor() {
    local findings
    findings=$(
        doctor_findings
        [[ ${1:-} != --machines ]] || machine_findings
    )
    [[ -z $findings ]] && return 0
    printf '%s\n' "$findings"
    exit 3
}

command_install() {
    local wanted missing=() name lists=("$TESTBED/packages.txt")
    need_root
    [[ ${1:-} != --machines ]] || lists+=("$TESTBED/packages-machine.txt")
    mapfile -t wanted < <(grep -hEv '^\s*(#|$)' "${lists[@]}")
    for name in "${wanted[@]}"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2> /dev/null) == installed ]] ||
            missing+=("$name")
    done
    (( ${#missing[@]} )) || return 0
    say "installing: ${missing[*]}"
    apt-get -qq update || could_not "apt-get update failed: check this machine's package sources"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "${missing[@]}" \
        > /dev/null || could_not "apt-get install failed for: ${missing[*]}"
}
