/// A shared library by the name of its file, and the packages that it may have come from.
///
/// A scan tells which replaced files are still mapped, and a file that is gone belongs to no package
/// any more: its package is told by how distributions name them. Too many names do no harm: they
/// count only where such a package is installed, and for what its installed version itself mended.
struct SharedLibrary {
    /// The name before `.so`, as it is written: `libssl`, `libglib-2.0`.
    private let stem: String
    /// The version behind `.so`, cut to each length: `1`, `1.1`. Debian's packages bear the library's
    /// soname, and the file's own name may be longer.
    private let versions: [String]

    /// The library in a file; `nil` for what is none, such as a plugin without a version.
    init?(file: Substring) {
        if file.hasPrefix("ld-linux") || file.hasPrefix("ld-musl") {
            (stem, versions) = ("ld", [])
            return
        }
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard let mark = parts.firstIndex(of: "so"), mark > 0 else { return nil }
        let name = parts[..<mark].joined(separator: ".")
        if name.isEmpty { return nil }
        let numbers = parts[(mark + 1)...].prefix { $0.first?.isNumber == true }
        if numbers.isEmpty {
            // The C library's files before 2.34 have its own version: `libc-2.31.so`.
            guard let hyphen = name.lastIndex(of: "-"),
                Self.ofTheCLibrary.contains(String(name[..<hyphen]))
            else { return nil }
            (stem, versions) = (String(name[..<hyphen]), [])
            return
        }
        stem = name
        versions = numbers.indices.map { numbers[...$0].joined(separator: ".") }
    }

    /// The names that its package may have.
    var packages: [String] {
        if Self.ofTheCLibrary.contains(stem) { return ["libc6", "glibc", "musl"] }
        let plain = String(stem.lowercased().map { $0 == "_" ? "-" : $0 })
        return bySoname(plain) + byProject(plain) + (Self.elsewhere[plain] ?? [])
    }

    /// Debian's and SUSE's rule (Debian Policy 8.1): the soname, with a hyphen between a digit and
    /// the version. SUSE keeps capitals, Debian leaves the hyphen before a number out where the
    /// name's makers do, and has `t64` behind names since the time of 64 bits.
    private func bySoname(_ plain: String) -> [String] {
        let shared = plain == "libcrypto" ? ["libssl", "libcrypto", "libopenssl"] : []
        let openssl = plain == "libssl" ? ["libopenssl"] : []
        let joined = plain.replacing("-2.0", with: "2.0")
        let written = String(stem.map { $0 == "_" ? "-" : $0 })
        return Set([plain, joined, written] + shared + openssl).flatMap { name in
            let hyphen = name.last?.isNumber == true ? "-" : ""
            return versions.flatMap { ["\(name)\(hyphen)\($0)", "\(name)\(hyphen)\($0)t64"] }
        }
    }

    /// The way of RPM's distributions, Arch and Alpine: the project, with `-libs` behind where the
    /// libraries have a package of their own.
    private func byProject(_ plain: String) -> [String] {
        let bare = plain.hasPrefix("lib") ? String(plain.dropFirst(3)) : plain
        var names = [plain, bare]
        // `sqlite3` is SQLite's, `pcre2-8` PCRE2's, `python3.11` of Python 3.
        if let first = bare.split(separator: "-").first { names.append(String(first)) }
        if let first = bare.split(separator: ".").first { names.append(String(first)) }
        let letters = bare.reversed().drop { $0.isNumber || $0 == "." || $0 == "-" }
        names.append(String(letters.reversed()))
        return Set(names.filter { !$0.isEmpty }).flatMap { [$0, $0 + "-libs"] }
    }

    private static let ofTheCLibrary: Set<String> = [
        "ld", "libc", "libm", "libpthread", "libdl", "libresolv", "librt", "libnsl", "libutil",
    ]

    /// Packages whose names do not tell what is in them.
    private static let elsewhere = [
        "libz": ["zlib1g", "zlib", "zlib-ng-compat"], "libssl": ["openssl-libs", "openssl"],
        "libcrypto": ["openssl-libs", "openssl"], "libbz2": ["bzip2-libs", "bzip2"],
        "liblzma": ["xz-libs", "xz"], "libldap": ["openldap"], "liblber": ["openldap"],
        "libudev": ["systemd-libs"], "libjpeg": ["libjpeg-turbo"], "libgcc-s": ["libgcc"],
        "libgssapi-krb5": ["krb5-libs", "krb5"], "libkrb5": ["krb5-libs", "krb5"],
        "libk5crypto": ["krb5-libs", "krb5"], "libglib-2.0": ["glib2"],
        "libgobject-2.0": ["glib2"], "libgio-2.0": ["glib2"], "libsmime3": ["nss"],
        "libnssutil3": ["nss-util"], "libfreebl3": ["nss-softokn-freebl"],
        "libsoftokn3": ["nss-softokn"], "libcom-err": ["libcom_err", "e2fsprogs-libs"],
        "libuuid": ["util-linux-libs"], "libmount": ["util-linux-libs"],
        "libblkid": ["util-linux-libs"],
    ]
}
