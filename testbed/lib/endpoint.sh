# shellcheck shell=bash
# Endpoints: an overlay over the root file system, a network namespace, and, when booted,
# systemd as process 1 in a container that can reboot.

# Seconds that `ready` waits for a boot, and `stop` for a clean shutdown before it insists.
# A boot takes half a second on an idle machine; the rest is for a crowded one.
READY_SECONDS=${LAB_READY_SECONDS:-60}
STOP_SECONDS=10

CLEAN_ENVIRONMENT=(
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    HOME=/root LANG=C.UTF-8 TERM=dumb
)

endpoint_exists() { is_machine "$1" || mountpoint -q "$(endpoint_directory "$1")/merged"; }

need_endpoint() {
    check_endpoint "$1"
    endpoint_exists "$1" || could_not "endpoint $1 does not exist: lab boot $1 or lab light $1"
}

create_endpoint() {
    local number=$1 flavour=${2:-} directory root netns
    endpoint_exists "$number" && return 0
    root=$(readlink "$LAB_HOME/root") && netns_exists "$NETNS_SERVER" ||
        could_not "the lab is not up: run testbed/lab up"
    remove_endpoint "$number" now
    [[ -z $flavour ]] || root=$(flavour_lower "$flavour")
    directory=$(endpoint_directory "$number")
    netns=$(endpoint_netns "$number")
    mkdir -p "$directory"/{upper,work,merged}
    ip netns add "$netns"
    plug_in "$netns" "ep$number" "$(endpoint_address "$number")"
    mount -t overlay "$netns" "$directory/merged" \
        -o "lowerdir=$root,upperdir=$directory/upper,workdir=$directory/work"
    own_folder "$directory/merged/var/lib/flatpak"
    give_identity "$number" "$directory/merged"
}

# An overlay cannot rename a folder that lies below it, which flatpak's repository does: the
# endpoint gets a copy of its own.
own_folder() {
    [[ -d $1/repo ]] || return 0
    cp -a "$1" "$1.own"
    rm -rf "$1"
    mv "$1.own" "$1"
}

give_identity() {
    local number=$1 root=$2
    echo "$LAB_ID endpoint $number" | md5sum | cut -c1-32 > "$root/etc/machine-id"
    echo "ep$number" > "$root/etc/hostname"
    printf '127.0.0.1 localhost\n%s ep%s\n%s server server.lab\n' \
        "$(endpoint_address "$number")" "$number" "$LAB_SERVER_ADDRESS" > "$root/etc/hosts"
    install -m 755 "$TESTBED"/fault/* "$root/usr/local/sbin/"
}

# --- booted endpoints -----------------------------------------------------------------------

# The supervising systemd-nspawn of an endpoint, found by the directory in its arguments, so
# that a lost pid file does not hide it.
nspawn_pids() {
    local directory folder name
    directory=$(endpoint_directory "$1")
    for folder in /proc/[0-9]*; do
        { read -r name < "$folder/comm"; } 2> /dev/null || continue
        [[ $name == systemd-nspawn ]] || continue
        { tr '\0' '\n' < "$folder/cmdline"; } 2> /dev/null |
            grep -xF -e "--directory=$directory/merged" > /dev/null && echo "${folder#/proc/}"
    done
    return 0
}

# Process 1 of the booted endpoint, seen from outside: the child of its systemd-nspawn that is
# number 1 in its own process namespace. None while the endpoint is off or just rebooting.
leader_under() {
    local child
    while read -r -d ' ' child; do
        grep -qE '^NSpid:.*\s1$' "/proc/$child/status" 2> /dev/null && echo "$child" && return 0
    done < <(cat /proc/"$1"/task/*/children < /dev/null 2> /dev/null)
    return 1
}

leader_pid() {
    local supervisor
    supervisor=$(cat "$(endpoint_directory "$1")/nspawn.pid" 2> /dev/null) || return 1
    leader_under "$supervisor"
}

boot_endpoint() {
    local number=$1 directory
    if is_machine "$number"; then
        boot_machine "$number"
        return
    fi
    directory=$(endpoint_directory "$number")
    create_endpoint "$number"
    [[ -z $(nspawn_pids "$number") ]] || return 0
    setsid --fork "$TESTBED/lib/keep-booted" "$directory" "$(endpoint_netns "$number")" \
        "ep$number" < /dev/null >> "$directory/console.log" 2>&1
}

command_boot() {
    local number
    need_root
    (( $# )) || wrong_use "boot: which endpoint?"
    for number in "$@"; do
        check_endpoint "$number"
        with_lock "lab-$LAB_ID" boot_endpoint "$number"
    done
}

command_ready() {
    local number state deadline seconds
    need_root
    (( $# )) || wrong_use "ready: which endpoint?"
    for number in "$@"; do
        need_endpoint "$number"
        seconds=$READY_SECONDS
        is_machine "$number" && seconds=$MACHINE_READY_SECONDS
        deadline=$(( SECONDS + seconds ))
        while :; do
            state=$(enter_endpoint "$number" systemctl is-system-running 2> /dev/null || true)
            [[ $state == running || $state == degraded ]] && break
            (( SECONDS < deadline )) || could_not "endpoint $number has not booted in \
$seconds s (state '${state:-none}'); see $(endpoint_directory "$number")/console.log"
            sleep 0.1
        done
    done
}

# enter_by_exec LEADER COMMAND...: becomes the command's parent, outside its process namespace.
#
# nsenter's own fork is not used: it stops itself when its child is stopped, as systemd does to
# every process at shutdown, never reaps it, and the endpoint hangs in mid-reboot. The shell
# just waits. A command whose `lab in` was ended gets SIGTERM.
enter_by_exec() {
    local leader=$1
    shift
    exec nsenter --no-fork -t "$leader" -m -u -i -n -p -r -w -- "${CLEAN_ENVIRONMENT[@]}" \
        /bin/sh -c 'setpriv --pdeathsig TERM -- "$@"; exit $?' in "$@"
}

need_leader() { leader_pid "$1" || could_not "endpoint $1 is not booted: lab boot $1"; }

# For functions that go on afterwards.
enter_endpoint() {
    local leader
    if is_machine "$1"; then
        enter_machine "$@"
        return
    fi
    leader=$(need_leader "$1")
    shift
    ( enter_by_exec "$leader" "$@" )
}

command_in() {
    local leader
    need_root
    need_endpoint "${1:-}"
    (( $# > 1 )) || wrong_use "in: which command?"
    if is_machine "$1"; then
        enter_machine "$@"
        return
    fi
    leader=$(need_leader "$1")
    shift
    enter_by_exec "$leader" "$@"
}

# halt_endpoint NUMBER cleanly|now: the processes end, the disk stays.
halt_endpoint() {
    local number=$1 how=$2 directory leader pid deadline
    if is_machine "$number"; then
        halt_machine "$number" "$how"
        return
    fi
    directory=$(endpoint_directory "$number")
    # First the loop that would boot it again.
    pid=$(cat "$directory/loop.pid" 2> /dev/null || true)
    if [[ -n $pid ]] && grep -qsaF "$directory" "/proc/$pid/cmdline"; then
        end_processes "$pid"
    fi
    deadline=$(( SECONDS + STOP_SECONDS ))
    for pid in $(nspawn_pids "$number"); do
        leader=$(leader_under "$pid" || true)
        if [[ $how == cleanly ]]; then
            kill -TERM "$pid" 2> /dev/null || true
            while is_alive "$pid" && (( SECONDS < deadline )); do sleep 0.1; done
        fi
        # With process 1 everything in its process namespace ends: a power cut.
        end_processes ${leader:+"$leader"} "$pid"
    done
    rm -f "$directory"/{loop,nspawn}.pid
}

remove_endpoint() {
    local number=$1 directory
    if is_machine "$number"; then
        remove_machine "$number" "$2"
        return
    fi
    directory=$(endpoint_directory "$number")
    halt_endpoint "$number" "$2"
    remove_netns "$(endpoint_netns "$number")"
    [[ -d $directory ]] || return 0
    if mountpoint -q "$directory/merged"; then
        umount "$directory/merged" 2> /dev/null || umount -l "$directory/merged"
    fi
    rm -rf "$directory"
}

command_stop() {
    local number
    need_root
    (( $# )) || wrong_use "stop: which endpoint?"
    for number in "$@"; do
        check_endpoint "$number"
        with_lock "lab-$LAB_ID" remove_endpoint "$number" cleanly
    done
}

command_power_cut() {
    need_root
    need_endpoint "${1:-}"
    with_lock "lab-$LAB_ID" halt_endpoint "$1" now
}

# --- light endpoints ------------------------------------------------------------------------

command_light() {
    local number=${1:-} flavour=''
    need_root
    check_endpoint "$number"
    if [[ ${2:-} == --flavour ]]; then
        flavour=${3:-}
        command_flavour "$flavour"
    elif (( $# > 1 )); then
        wrong_use "light: unknown argument '$2'"
    fi
    with_lock "lab-$LAB_ID" create_endpoint "$number" "$flavour"
}

# The first process of what `run` has running in a light endpoint: number 1 in its own process
# namespace, with the endpoint's root.
light_leader() {
    local root folder
    root=$(endpoint_directory "$1")/merged
    for folder in /proc/[0-9]*; do
        [[ $(readlink "$folder/root" 2> /dev/null) == "$root" ]] || continue
        grep -qE '^NSpid:.*\s1$' "$folder/status" 2> /dev/null && echo "${folder#/proc/}" && return 0
    done
    return 1
}

command_beside() {
    local number=${1:-} leader
    need_root
    need_endpoint "$number"
    (( $# > 1 )) || wrong_use "beside: which command?"
    leader=$(light_leader "$number") || could_not "nothing runs in endpoint $number: lab run $number"
    shift
    enter_by_exec "$leader" "$@"
}

command_run() {
    local number=${1:-}
    need_root
    need_endpoint "$number"
    (( $# > 1 )) || wrong_use "run: which command?"
    shift
    exec nsenter --net="/run/netns/$(endpoint_netns "$number")" -- \
        unshare -m -p -f -u -i --propagation private --kill-child \
        "$TESTBED/lib/enter-light" "$(endpoint_directory "$number")/merged" "ep$number" \
        "${CLEAN_ENVIRONMENT[@]}" "$@"
}
