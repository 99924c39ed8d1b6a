# shellcheck shell=bash
# Names, places and small helpers shared by every part of the lab. Sourced, never run.

# Two labs with different ids share nothing but the read-only root file systems.
LAB_ID=${LAB_ID:-pb}
LAB_BASE=${LAB_BASE:-/var/tmp/patchbay-lab}
LAB_CACHE=${PATCHBAY_TESTBED_CACHE:-/var/cache/patchbay-testbed}
LAB_HOME=$LAB_BASE/labs/$LAB_ID

# The lab's own network; nothing in it is attached to the outside.
LAB_SERVER_ADDRESS=10.77.0.1
LAB_REPOSITORY_PORT=${LAB_REPOSITORY_PORT:-8080}

# One Linux bridge takes 1024 ports; the server and some reserve are subtracted.
LAB_MAX_ENDPOINT=1000

NETNS_SWITCH=$LAB_ID-labsw
NETNS_SERVER=$LAB_ID-labsrv

export LC_ALL=C

# Exit status: 0 done, 2 wrong use, 3 could not (what is missing stands on standard error).
wrong_use() { printf 'lab: %s\n' "$1" >&2; exit 2; }
could_not() { printf 'lab: %s\n' "$1" >&2; exit 3; }
say() { printf '%s\n' "$1" >&2; }

# The id stands in names of network namespaces and directories. No hyphen, so that the id of
# one lab is never the beginning of a name that belongs to another.
check_lab_id() {
    [[ $LAB_ID =~ ^[a-z][a-z0-9]{0,11}$ ]] ||
        wrong_use "LAB_ID '$LAB_ID' is not 1 to 12 lower-case letters and digits"
}

need_root() { [[ $EUID -eq 0 ]] || could_not "this needs root: run it as root or with sudo"; }

check_endpoint() {
    [[ ${1:-} =~ ^[1-9][0-9]*$ ]] && (( $1 <= LAB_MAX_ENDPOINT )) ||
        wrong_use "'${1:-}' is not an endpoint number from 1 to $LAB_MAX_ENDPOINT"
}

endpoint_address() { echo "10.77.$(( ($1 + 256) / 256 )).$(( $1 % 256 ))"; }
endpoint_netns() { echo "$LAB_ID-ep$1"; }
endpoint_directory() { echo "$LAB_HOME/endpoints/$1"; }

# A process that ended and waits for process 1 of this machine to notice counts as gone.
is_alive() { grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# Seconds that killed processes may take to be gone; freeing their memory takes milliseconds.
END_SECONDS=10

# Kills these processes and returns when they are gone.
end_processes() {
    local pid deadline=$(( SECONDS + END_SECONDS ))
    for pid in "$@"; do kill -KILL "$pid" 2> /dev/null || true; done
    for pid in "$@"; do
        while is_alive "$pid"; do
            (( SECONDS < deadline )) || could_not "process $pid does not end, though killed"
            sleep 0.05
        done
    done
}

netns_exists() { [[ -e /run/netns/$1 ]]; }

# Runs a function of this program while no other lab command holds the lock of the same name.
with_lock() {
    local name=$1; shift
    mkdir -p "$LAB_BASE"
    ( flock 9; "$@" 9>&- ) 9> "$LAB_BASE/$name.lock"
}
