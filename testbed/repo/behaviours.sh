# shellcheck shell=bash
# What a package version does when it is installed. Each function gets NAME, VERSION and the
# tree that becomes the package; it may add files, control fields and maintainer scripts.

# Seconds that `slow` takes unless --slow-seconds or the endpoint's /etc/labslow.seconds says
# otherwise: long enough to be interrupted, short enough for a test.
SLOW_SECONDS=${SLOW_SECONDS:-8}

# KiB that `huge` declares: about 954 GiB, more than any machine that runs the test bed has free.
HUGE_INSTALLED_SIZE=1000000000

BEHAVIOURS=(plain conffile reboot-required fail slow hang unmet new-dependency daemon prompt huge
    reboot slow-unpack core plan-reboot hang-early needs-hang large crash)

field() { echo "$2" >> "$1/DEBIAN/control"; }

# script TREE NAME: the maintainer script's body comes on standard input, and runs only when the
# package is configured (Debian Policy 6.5).
script() {
    { printf '#!/bin/sh\nset -e\n'; cat; } > "$1/DEBIAN/$2"
    chmod 755 "$1/DEBIAN/$2"
}

postinst() {
    { echo '[ "$1" = configure ] || exit 0'; cat; } | script "$1" postinst
}

behaviour_plain() { :; }

behaviour_conffile() {
    mkdir -p "$3/etc"
    printf '# Shipped by %s %s\nport=80\nversion=%s\n' "$1" "$2" "$2" > "$3/etc/$1.conf"
    echo "/etc/$1.conf" > "$3/DEBIAN/conffiles"
}

behaviour_reboot-required() {
    postinst "$3" <<SCRIPT
echo "*** System restart required ***" > /run/reboot-required
echo "$1" >> /run/reboot-required.pkgs
SCRIPT
}

behaviour_fail() {
    postinst "$3" <<SCRIPT
echo "$1: cannot migrate the settings of version 1.0: the key 'port' stands there twice" >&2
exit 1
SCRIPT
}

behaviour_slow() {
    postinst "$3" <<SCRIPT
seconds=$SLOW_SECONDS
[ ! -r /etc/$1.seconds ] || read -r seconds < /etc/$1.seconds
step=1
while [ "\$step" -le "\$seconds" ]; do
    echo "$1: step \$step of \$seconds"
    sleep 1
    step=\$((step + 1))
done
SCRIPT
}

behaviour_hang() {
    postinst "$3" <<SCRIPT
echo "$1: waiting for something that never comes"
exec sleep infinity
SCRIPT
}

# Starts a program that dies of a fault of its own, three times. What a handler of crashes would keep
# lies in /var/crash, where that folder is. Not in the background: a run's processes end with it.
behaviour_crash() {
    postinst "$3" <<SCRIPT
cd /var/crash || exit 0
for turn in 1 2 3; do
    sh -c 'kill -SEGV \$\$' || echo "status \$?" > "core.$1.\$turn"
done
rm -f core
SCRIPT
}

# Hangs before its files are unpacked: the old version is still there.
behaviour_hang-early() {
    script "$3" preinst <<SCRIPT
[ "\$1" = upgrade ] || exit 0
echo "$1: waiting for room that never comes"
exec sleep infinity
SCRIPT
}

# Depends on what labhang is when it has been configured, which never ends.
behaviour_needs-hang() { field "$3" 'Depends: labhang (>= 2.0)'; }

# MiB of the file that `large` brings; a test mounts something smaller where it goes.
LARGE_SIZE=4

# Brings a large file and does not say so, so that only unpacking shows that there is no room.
behaviour_large() {
    head -c "${LARGE_SIZE}M" /dev/zero > "$3/usr/share/$1/data"
}

behaviour_unmet() { field "$3" 'Depends: labgood (>= 9)'; }

behaviour_new-dependency() { field "$3" 'Depends: labextra'; }

# A service whose process keeps the old library mapped after an upgrade: nothing restarts it.
behaviour_daemon() {
    local library=$3/usr/lib/$1/lib$1.so.1 work
    mkdir -p "$3"/usr/{sbin,lib/"$1"} "$3/lib/systemd/system/multi-user.target.wants"
    work=$(mktemp -d)
    printf '.data\n.globl lab_version\nlab_version: .asciz "%s"\n' "$2" |
        as -o "$work/library.o" -
    ld -shared -soname "lib$1.so.1" -o "$library" "$work/library.o"
    rm -r "$work"
    cat > "$3/usr/sbin/$1" <<DAEMON
#!/usr/bin/perl
# Maps its library and waits.
use strict;
use warnings;
use DynaLoader ();
my \$library = '/usr/lib/$1/lib$1.so.1';
DynaLoader::dl_load_file(\$library) or die "$1: cannot load \$library: " . DynaLoader::dl_error();
sleep 3600 while 1;
DAEMON
    chmod 755 "$3/usr/sbin/$1"
    cat > "$3/lib/systemd/system/$1.service" <<UNIT
[Unit]
Description=Lab daemon that maps a shared library

[Service]
ExecStart=/usr/sbin/$1
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
    ln -s "../$1.service" "$3/lib/systemd/system/multi-user.target.wants/$1.service"
    sed -i "s/^Architecture: .*/Architecture: $(dpkg --print-architecture)/" "$3/DEBIAN/control"
    postinst "$3" <<'SCRIPT'
[ ! -d /run/systemd/system ] || systemctl daemon-reload
SCRIPT
}

# A debconf question of high priority: an attended upgrade waits for its answer.
behaviour_prompt() {
    field "$3" 'Depends: debconf'
    cat > "$3/DEBIAN/templates" <<TEMPLATES
Template: $1/mode
Type: select
Choices: safe, fast
Default: safe
Description: Mode of operation
 Version $2 has two modes. Choose the one that it is to work in.
TEMPLATES
    script "$3" config <<SCRIPT
. /usr/share/debconf/confmodule
db_input high $1/mode || true
db_go || true
SCRIPT
    postinst "$3" <<SCRIPT
. /usr/share/debconf/confmodule
db_get $1/mode
mkdir -p /var/lib/$1
echo "\$RET" > /var/lib/$1/mode
SCRIPT
}

behaviour_huge() { field "$3" "Installed-Size: $HUGE_INSTALLED_SIZE"; }

# Reboots the endpoint in the middle of its own installation, once: after the reboot the package
# is half-configured, and `dpkg --configure -a` succeeds.
behaviour_reboot() {
    postinst "$3" <<SCRIPT
mkdir -p /var/lib/$1
[ ! -e /var/lib/$1/rebooted-for-$2 ] || exit 0
[ -d /run/systemd/system ] || exit 0
touch /var/lib/$1/rebooted-for-$2
sync
systemctl --no-block reboot
sleep 600
SCRIPT
}

# Takes its time before its files are unpacked: meanwhile dpkg has it down as half-installed, and as
# one that must be installed anew when this is cut off.
behaviour_slow-unpack() {
    script "$3" preinst <<SCRIPT
[ "\$1" = upgrade ] || exit 0
step=1
while [ "\$step" -le $SLOW_SECONDS ]; do
    echo "$1: making room, step \$step of $SLOW_SECONDS"
    sleep 1
    step=\$((step + 1))
done
SCRIPT
}

# What the packages of the C library, of systemd and of the agent do when they are upgraded: the
# service manager starts itself anew, and the agent is restarted in the middle of the run.
behaviour_core() {
    postinst "$3" <<SCRIPT
[ -n "\$2" ] && [ -d /run/systemd/system ] || exit 0
systemctl daemon-reexec
systemctl --no-block restart patchbay-agent.service
sleep 3
echo "$1: the service manager and the agent are new"
SCRIPT
}

# Schedules a reboot for later, as careless packages do, and goes on.
behaviour_plan-reboot() {
    postinst "$3" <<SCRIPT
[ -d /run/systemd/system ] || exit 0
shutdown -r +30 "$1 wants a restart"
SCRIPT
}
