@testable import LinuxPackages
import Testing

/// The proxy or cache that an endpoint downloads through.
struct DownloadWayTests {
    @Test func `apt's settings are read, and what is empty is not set`() {
        let lines = ["FINDER='/usr/bin/auto-apt-proxy'", "OLDFINDER=''", "PROXY='http://a:3142/'"]
        #expect(
            DownloadWay.settings(lines) == [
                "FINDER": "/usr/bin/auto-apt-proxy", "PROXY": "http://a:3142/",
            ])
    }

    @Test(
        arguments: [
            (["[main]", "proxy=http://a:3128"], "http://a:3128"),
            (["[main]", " proxy = http://a:3128 "], "http://a:3128"),
            (["[main]", "proxy=_none_"], nil), (["[main]", "proxy="], nil),
            (["[other]", "proxy=http://a:3128"], nil),
            (["[main]", "proxy_auth_method=basic", "# proxy=x"], nil),
        ] as [([String], String?)])
    func `dnf's proxy stands in its main section`(lines: [String], proxy: String?) {
        #expect(DownloadWay.proxy(inINI: lines) == proxy)
    }

    @Test(
        arguments: [
            (
                ["# Proxies", "PROXY_ENABLED=\"yes\"", "HTTP_PROXY=\"http://a:3128\""],
                "http://a:3128"
            ),
            (["PROXY_ENABLED=\"no\"", "HTTP_PROXY=\"http://a:3128\""], nil),
            (["PROXY_ENABLED=yes", "HTTP_PROXY=\"\"", "HTTPS_PROXY=\"http://a:1\""], nil),
            (["#PROXY_ENABLED=yes", "HTTP_PROXY='http://a:3128'"], nil), ([], nil),
        ] as [([String], String?)])
    func `zypper's proxy is the system's, where that is switched on`(
        lines: [String], proxy: String?
    ) {
        #expect(DownloadWay.proxy(inSysconfig: lines) == proxy)
    }

    @Test(arguments: [
        ("http://10.77.0.1:3142", "http://10.77.0.1:3142"),
        ("http://anna:s3cret@proxy:3128/", "http://proxy:3128/"),
        ("http://anna:p@ss@proxy:3128/x@y", "http://proxy:3128/x@y"),
        ("anna:s3cret@proxy:3128", "proxy:3128"),
    ])
    func `a password is never told`(address: String, told: String) {
        #expect(DownloadWay.withoutPassword(address) == told)
    }
}
