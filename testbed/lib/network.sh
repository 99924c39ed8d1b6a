# shellcheck shell=bash
# The lab's network: a switch namespace with one bridge, a server namespace, and the faults.

# systemd in an endpoint holds dozens of inotify instances; the kernel's default of 128 makes
# everything after some twenty endpoints hang.
INOTIFY_WANTED=(fs.inotify.max_user_instances=8192 fs.inotify.max_user_watches=1000000)

raise_inotify() {
    local entry name now
    [[ -f $LAB_BASE/inotify.before ]] && return 0
    for entry in "${INOTIFY_WANTED[@]}"; do
        name=${entry%%=*}
        now=$(sysctl -n "$name")
        (( now >= ${entry##*=} )) && continue
        echo "$name=$now" >> "$LAB_BASE/inotify.before"
        sysctl -q -w "$entry" || say "could not raise $name: at most 20 endpoints will boot"
    done
}

# Only the last lab puts the limits back.
restore_inotify() {
    [[ -f $LAB_BASE/inotify.before ]] || return 0
    compgen -G "$LAB_BASE/labs/*" > /dev/null && return 0
    sysctl -q -p "$LAB_BASE/inotify.before" || say "could not put the inotify limits back"
    rm -f "$LAB_BASE/inotify.before"
}

make_switch() {
    netns_exists "$NETNS_SWITCH" && netns_exists "$NETNS_SERVER" && return 0
    remove_netns "$NETNS_SERVER"
    remove_netns "$NETNS_SWITCH"
    ip netns add "$NETNS_SWITCH"
    ip -n "$NETNS_SWITCH" link add br0 type bridge
    ip -n "$NETNS_SWITCH" link set br0 up
    # Last of all, so that its presence says that the whole is there.
    ip netns add "$NETNS_SERVER"
    plug_in "$NETNS_SERVER" srv "$LAB_SERVER_ADDRESS"
}

# plug_in NETNS PORT ADDRESS: a cable from the namespace's eth0 to the bridge.
plug_in() {
    ip link add eth0 netns "$1" type veth peer name "$2" netns "$NETNS_SWITCH"
    ip -n "$NETNS_SWITCH" link set "$2" master br0 up
    ip -n "$1" address add "$3/16" dev eth0
    ip -n "$1" link set eth0 up
    ip -n "$1" link set lo up
}

# Ends what still runs in a namespace, by id, and removes the namespace.
remove_netns() {
    local pids
    netns_exists "$1" || return 0
    mapfile -t pids < <(ip netns pids "$1" 2> /dev/null)
    end_processes "${pids[@]}"
    ip netns delete "$1" 2> /dev/null || true
}

bring_up() {
    with_lock inotify raise_inotify
    make_switch
}

command_up() {
    need_root
    with_lock rootfs adopt_root
    with_lock "lab-$LAB_ID" bring_up
}

take_down() {
    local name
    for name in "$LAB_HOME"/endpoints/*; do
        [[ -d $name ]] && remove_endpoint "${name##*/}" now
    done
    # A namespace whose endpoint's directory was lost in a crash has the lab's prefix still.
    for name in /run/netns/"$LAB_ID"-*; do
        [[ -e $name ]] && remove_netns "${name##*/}"
    done
    rm -rf "$LAB_HOME"
    with_lock inotify restore_inotify
}

command_down() {
    need_root
    with_lock "lab-$LAB_ID" take_down
    rm -f "$LAB_BASE/lab-$LAB_ID.lock"
}

# When a process began, in ticks since the boot; nothing when there is none.
process_start() { sed -n 's/.*) //p' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 20; }

# Whoever made the lab may be killed before it can take it down. The number alone would not do:
# another process may get it.
command_watch() {
    local pid=${1:-} folder=${2:-} began
    need_root
    [[ $pid =~ ^[1-9][0-9]*$ ]] || wrong_use "watch: which process?"
    [[ -z $folder || ${folder##*/} == "patchbay-$LAB_ID" ]] ||
        wrong_use "watch: '$folder' is not this lab's"
    began=$(process_start "$pid")
    while [[ -n $began ]] && is_alive "$pid" && [[ $(process_start "$pid") == "$began" ]]; do
        sleep 1
    done
    command_down
    [[ -z $folder ]] || rm -rf -- "$folder"
}

command_server() {
    need_root
    netns_exists "$NETNS_SERVER" || could_not "the lab is not up: run testbed/lab up"
    (( $# )) || wrong_use "server: which command?"
    # By exec, and without a mount namespace of its own: the caller's child is the command.
    exec nsenter --net="/run/netns/$NETNS_SERVER" -- "$@"
}

# --- faults ---------------------------------------------------------------------------------

in_netns() { local name=$1; shift; nsenter --net="/run/netns/$name" -- "$@"; }

# fault_table NETNS TABLE: packet loss stands in a table of its own, so that it can be changed
# while a port stays blocked.
fault_table() {
    in_netns "$1" nft -f - <<RULES
add table inet $2
add chain inet $2 sent { type filter hook output priority 0; }
add chain inet $2 received { type filter hook input priority 0; }
RULES
}

# heal_table NETNS TABLE; adding it first makes the removal succeed always.
heal_table() { in_netns "$1" nft "add table inet $2; delete table inet $2"; }

check_target() {
    [[ $1 =~ ^[0-9]+(\.[0-9]+){3}$ ]] || wrong_use "'$1' is not an IPv4 address (or 'server')"
    [[ $2 =~ ^[0-9]+$ ]] && (( $2 >= 1 && $2 <= 65535 )) || wrong_use "'$2' is not a port"
}

fault_blackhole() {
    fault_table "$1" lab_ports
    in_netns "$1" nft add rule inet lab_ports sent \
        ip daddr "$2" meta l4proto '{ tcp, udp }' th dport "$3" drop
}

fault_reset() {
    fault_table "$1" lab_ports
    in_netns "$1" nft add rule inet lab_ports sent \
        ip daddr "$2" tcp dport "$3" reject with tcp reset
    # A connection that only waits for an answer sends nothing and would not notice.
    in_netns "$1" ss -K dst "$2" dport = ":$3" > /dev/null 2>&1 || true
}

fault_loss() {
    [[ $2 =~ ^[0-9]+$ ]] && (( $2 <= 100 )) || wrong_use "'$2' is not a percentage"
    heal_table "$1" lab_loss
    (( $2 > 0 )) || return 0
    fault_table "$1" lab_loss
    # Each way loses its share, as on a bad radio link. Of the numbers 0 to 99, PERCENT are lost.
    in_netns "$1" nft -f - <<RULES
add rule inet lab_loss sent oifname "eth0" numgen random mod 100 <= $(( $2 - 1 )) drop
add rule inet lab_loss received iifname "eth0" numgen random mod 100 <= $(( $2 - 1 )) drop
RULES
}

command_net() {
    need_root
    local number=${1:-} fault=${2:-} host=${3:-} netns
    check_endpoint "$number"
    netns=$(endpoint_netns "$number")
    if is_machine "$number"; then
        [[ $fault == cut || $fault == restore ]] ||
            could_not "net: a machine knows cut and restore only"
    else
        netns_exists "$netns" || could_not "endpoint $number does not exist"
    fi
    [[ $host == server ]] && host=$LAB_SERVER_ADDRESS
    case $fault in
        cut) ip -n "$NETNS_SWITCH" link set "ep$number" down ;;
        restore) ip -n "$NETNS_SWITCH" link set "ep$number" up ;;
        blackhole) check_target "$host" "${4:-}"; fault_blackhole "$netns" "$host" "$4" ;;
        reset) check_target "$host" "${4:-}"; fault_reset "$netns" "$host" "$4" ;;
        loss) fault_loss "$netns" "$host" ;;
        heal) heal_table "$netns" lab_ports; heal_table "$netns" lab_loss ;;
        *) wrong_use "net: '$fault' is none of cut restore blackhole reset loss heal" ;;
    esac
}
