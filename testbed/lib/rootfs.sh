# shellcheck shell=bash
# The root file system of every endpoint: built once, cached as a tarball, unpacked once, with
# the 1.0 versions of the lab's packages installed, so that every endpoint has updates to make.

base_key() { sha256sum < "$TESTBED/lib/recipe.sh" | cut -c1-16; }

# The unpacked tree depends on the recipe, on what is added to it here, on the packages, on the
# repository's port and on the key that the endpoints trust.
root_key() {
    {
        cat "$TESTBED/lib/recipe.sh" "$TESTBED/lib/rootfs.sh" "$TESTBED/repo/lib.sh" \
            "$TESTBED/repo/behaviours.sh" "$TESTBED/repo/table.txt" "$(signing_public_key)"
        echo "$LAB_REPOSITORY_PORT"
    } | sha256sum | cut -c1-16
}

# This machine's own Debian mirror, as a sources.list line. Read at run time, never written down.
machine_sources_line() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
        'Created-By: Packages' | awk -v suite="$RECIPE_SUITE" \
        '$2 == suite && $3 == "main" { print $1; exit }')
    [[ -n $uri ]] || could_not "this machine's apt sources name no mirror for $RECIPE_SUITE main"
    echo "deb $uri $RECIPE_SUITE main"
}

# Proxies and certificates that this machine's apt needs to reach that mirror.
machine_apt_options() {
    apt-config dump --format '%F "%v";%n' | grep -E '^Acquire::https?::[^ ]+ "..*";$' || true
}

base_tarball() { echo "$LAB_CACHE/base-$(base_key).tar.zst"; }

build_base() {
    local tarball options
    tarball=$(base_tarball)
    [[ -f $tarball ]] && return 0
    mkdir -p "$LAB_CACHE"
    rm -f "$LAB_CACHE"/building-*
    mapfile -t options < <(machine_apt_options)
    say "building the Debian $RECIPE_SUITE root file system (once; about a minute)"
    recipe_build "$LAB_CACHE/building-base.tar.zst" "$(machine_sources_line)" \
        "${options[@]}" > "$LAB_CACHE/build.log" 2>&1 ||
        could_not "mmdebstrap failed; its last words: $(tail -n 3 "$LAB_CACHE/build.log")"
    mv "$LAB_CACHE/building-base.tar.zst" "$tarball"
    find "$LAB_CACHE" -name 'base-*.tar.zst' ! -path "$tarball" -delete
}

# Endpoints know the lab's repository and no other, so that they never need the outside.
configure_apt() {
    local root=$1 keyring=/usr/share/keyrings/patchbay-lab.gpg suite
    install -m 644 "$(signing_public_key)" "$root$keyring"
    rm -f "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/*
    for suite in stable security; do
        echo "deb [signed-by=$keyring]" \
            "http://$LAB_SERVER_ADDRESS:$LAB_REPOSITORY_PORT $suite main"
    done > "$root/etc/apt/sources.list"
    echo "nameserver $LAB_SERVER_ADDRESS" > "$root/etc/resolv.conf"
}

install_first_versions() {
    local root=$1 packages=$1/var/tmp/lab-packages
    mkdir "$packages"
    make_listed_packages "$packages" preinstalled
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
        DEBIAN_FRONTEND=noninteractive sh -c 'dpkg -i /var/tmp/lab-packages/*.deb &&
            echo "labheld hold" | dpkg --set-selections' > "$LAB_BASE/rootfs.log" 2>&1 ||
        could_not "installing the lab's packages failed: $(tail -n 3 "$LAB_BASE/rootfs.log")"
    rm -rf "$packages" "$root/var/log/dpkg.log"
}

root_path() { echo "$LAB_BASE/roots/$(root_key)"; }

ensure_root() {
    local root tree old
    ensure_signing_key
    root=$(root_path)
    if [[ ! -d $root ]]; then
        build_base
        tree=$LAB_BASE/roots/unpacking
        rm -rf "$tree"
        mkdir -p "$tree"
        tar -C "$tree" --zstd --numeric-owner -xpf "$(base_tarball)"
        configure_apt "$tree"
        install_first_versions "$tree"
        mv "$tree" "$root"
    fi
    for old in "$LAB_BASE"/roots/*; do
        [[ $old == "$root" ]] || root_in_use "$old" || rm -rf "$old"
    done
}

root_in_use() {
    local link
    for link in "$LAB_BASE"/labs/*/root; do
        [[ $(readlink "$link") == "$1" ]] && return 0
    done
    # An endpoint that was made before its lab moved on to a newer root file system.
    grep -qF "lowerdir=$1," /proc/mounts
}

# The lab's link is made under the same lock, so that no other lab removes the root meanwhile.
adopt_root() {
    ensure_root
    mkdir -p "$LAB_HOME/endpoints"
    ln -sfn "$(root_path)" "$LAB_HOME/root"
}

command_rootfs() {
    need_root
    with_lock rootfs ensure_root
    root_path
}
