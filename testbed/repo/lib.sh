# shellcheck shell=bash
# Making packages, indexes and signatures. Sourced by the tools in this folder and by the lab.
#
# A repository's folder DIR holds public/ (what is served: dists/, pool/SUITE/, lab.gpg) and
# saved/ (what a fault took away, for `restore`).

REPO_TOOLS=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
REPO_SUITES=(stable security)

# The signing key is made on this machine at first use, and trusted by every endpoint made here.
SIGNING_HOME=${LAB_BASE:-/var/tmp/patchbay-lab}/signing

# Seconds for which a Release file is valid.
RELEASE_VALID_SECONDS=2592000

export LC_ALL=C

repo_wrong_use() { printf 'repo: %s\n' "$1" >&2; exit 2; }
repo_could_not() { printf 'repo: %s\n' "$1" >&2; exit 3; }

# --- keys -----------------------------------------------------------------------------------

signing_public_key() { echo "$SIGNING_HOME/lab.gpg"; }

# make_key HOME: an ed25519 key without a passphrase, and its public half in HOME/lab.gpg.
make_key() {
    mkdir -p "$1"
    chmod 700 "$1"
    gpg --homedir "$1" --batch --quiet --no-tty --passphrase '' \
        --quick-generate-key 'Patchbay lab <lab@example.org>' ed25519 sign never 2> /dev/null ||
        repo_could_not "gpg could not make a key in $1"
    gpg --homedir "$1" --batch --quiet --export --output "$1/lab.gpg.new"
    mv "$1/lab.gpg.new" "$1/lab.gpg"
    end_gpg_agent "$1"
}

# gpg starts an agent for each home; none is to stay behind.
end_gpg_agent() { gpgconf --homedir "$1" --kill gpg-agent; }

ensure_signing_key() {
    [[ ! -f $(signing_public_key) ]] || return 0
    mkdir -p "$(dirname "$SIGNING_HOME")"
    (
        flock 8
        [[ -f $(signing_public_key) ]] || make_key "$SIGNING_HOME" 8>&-
    ) 8> "$SIGNING_HOME.lock"
}

# sign_release HOME DIRECTORY: InRelease and Release.gpg beside DIRECTORY/Release.
sign_release() {
    (
        flock 8
        {
            gpg --homedir "$1" --batch --quiet --yes --clearsign -o "$2/InRelease" "$2/Release"
            gpg --homedir "$1" --batch --quiet --yes -abo "$2/Release.gpg" "$2/Release"
            end_gpg_agent "$1"
        } 8>&-
    ) 8> "$1.lock"
}

# --- packages -------------------------------------------------------------------------------

known_behaviour() {
    local name
    for name in "${BEHAVIOURS[@]}"; do [[ $name == "$1" ]] && return 0; done
    return 1
}

# make_package NAME VERSION BEHAVIOUR OUTPUT_DIRECTORY
make_package() {
    local name=$1 version=$2 behaviour=$3 output=$4 tree
    tree=$(mktemp -d)
    chmod 755 "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/$name"
    echo "$version" > "$tree/usr/share/$name/version"
    cat > "$tree/DEBIAN/control" <<CONTROL
Package: $name
Version: $version
Architecture: all
Maintainer: Patchbay lab <lab@example.org>
Section: admin
Priority: optional
Description: Test package with the behaviour "$behaviour"
CONTROL
    "behaviour_$behaviour" "$name" "$version" "$tree"
    mkdir -p "$output"
    dpkg-deb -Zgzip -z1 --root-owner-group --build "$tree" "$output" > /dev/null
    rm -r "$tree"
}

table_rows() { grep -Ev '^\s*(#|$)' "$REPO_TOOLS/table.txt"; }

# make_listed_packages OUTPUT_DIRECTORY [preinstalled]: all of the table's packages, sorted into
# a folder for each suite; or only those of the root file system, in one folder.
make_listed_packages() {
    local output=$1 only=${2:-} name version suite behaviour presence
    while read -r name version suite behaviour presence; do
        if [[ -z $only ]]; then
            make_package "$name" "$version" "$behaviour" "$output/$suite"
        elif [[ $presence == "$only" ]]; then
            make_package "$name" "$version" "$behaviour" "$output"
        fi
    done < <(table_rows)
}

# --- indexes --------------------------------------------------------------------------------

suite_identity() {
    case $1 in
        security) echo "Debian Debian-Security" ;;
        *) echo "Lab Lab-$1" ;;
    esac
}

# index_suite DIR SUITE: Packages and Release, written beside the old ones.
index_suite() {
    local public=$1/public suite=$2 origin label architecture release folder
    read -r origin label < <(suite_identity "$suite")
    architecture=$(dpkg --print-architecture)
    release=$public/dists.new/$suite
    folder=$release/main/binary-$architecture
    mkdir -p "$folder" "$public/pool/$suite"
    ( cd "$public" && apt-ftparchive packages "pool/$suite" ) > "$folder/Packages"
    gzip -9nk "$folder/Packages"
    apt-ftparchive \
        -o "APT::FTPArchive::Release::Origin=$origin" \
        -o "APT::FTPArchive::Release::Label=$label" \
        -o "APT::FTPArchive::Release::Suite=$suite" \
        -o "APT::FTPArchive::Release::Codename=$suite" \
        -o "APT::FTPArchive::Release::Version=12" \
        -o "APT::FTPArchive::Release::Architectures=$architecture" \
        -o "APT::FTPArchive::Release::Components=main" \
        -o "APT::FTPArchive::Release::ValidTime=$RELEASE_VALID_SECONDS" \
        release "$release" > "$public/Release.new"
    mv "$public/Release.new" "$release/Release"
}

# index_repository DIR [KEY_HOME]: indexes and signatures of what stands in the pool.
index_repository() {
    local public=$1/public key_home=${2:-$SIGNING_HOME} suite
    rm -rf "$public/dists.new" "$public/dists.old"
    for suite in "${REPO_SUITES[@]}"; do
        index_suite "$1" "$suite"
        sign_release "$key_home" "$public/dists.new/$suite"
    done
    if [[ -d $public/dists ]]; then mv "$public/dists" "$public/dists.old"; fi
    mv "$public/dists.new" "$public/dists"
    rm -rf "$public/dists.old"
}

need_repository() {
    [[ -d $1/public/pool ]] || repo_could_not "'$1' is no repository: run testbed/repo/build $1"
}

# newest_file DIR NAME: the pool file of the package's highest version.
newest_file() {
    local file newest='' version best=''
    for file in "$1"/public/pool/*/"$2"_*.deb; do
        [[ -f $file ]] || continue
        version=$(dpkg-deb -f "$file" Version)
        if [[ -z $newest ]] || dpkg --compare-versions "$version" gt "$best"; then
            newest=$file best=$version
        fi
    done
    [[ -n $newest ]] || repo_could_not "the repository has no package '$2'"
    echo "$newest"
}
