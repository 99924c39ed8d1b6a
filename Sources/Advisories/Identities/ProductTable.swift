/// Which packages of winget, Homebrew and Chocolatey install which products: checked one by one,
/// never told by names that look alike. docs/matching.md says how to add one.
struct ProductTable: Sendable {
    static let standard = ProductTable(lines)

    /// By world, packages by their whole names in lower case.
    private var packages: [String: [String: ProductIdentity]] = [:]
    /// By world, packages by the beginnings of their names.
    private var beginnings: [String: [(beginning: String, identity: ProductIdentity)]] = [:]
    /// By any of its names, the product.
    private var products: [String: String] = [:]
    private var worldsOfProduct: [String: [String]] = [:]

    /// One product a line: its CPE name, and other names of it in CPEs or CVE records behind `=`;
    /// packages of winget behind `w`, of Homebrew behind `b`, of Chocolatey behind `c`. A name that
    /// ends in `*` stands for all that begin so. `~` in front marks packages that others build.
    private static let lines = """
        mozilla:firefox | w Mozilla.Firefox | b firefox | c Firefox
        mozilla:firefox_esr | w Mozilla.Firefox.ESR | b firefox@esr | c FirefoxESR
        mozilla:thunderbird | w Mozilla.Thunderbird | b thunderbird | c thunderbird
        google:chrome | w Google.Chrome | b google-chrome | c GoogleChrome
        microsoft:edge_chromium = microsoft:microsoft_edge_(chromium-based) | w Microsoft.Edge | b microsoft-edge | c microsoft-edge
        brave:brave = brave:browser | w Brave.Brave | b brave-browser | c brave
        opera:opera_browser | w Opera.Opera | b opera
        vivaldi:vivaldi | w Vivaldi.Vivaldi | b vivaldi | c vivaldi
        7-zip:7-zip = 7zip:7-zip | w 7zip.7zip | b ~sevenzip | c 7zip 7zip.install
        rarlab:winrar | w RARLab.WinRAR | c winrar
        videolan:vlc_media_player = videolan:vlc | w VideoLAN.VLC | b vlc | c vlc vlc.install
        putty:putty | w PuTTY.PuTTY | b ~putty | c putty putty.install
        winscp:winscp | w WinSCP.WinSCP | c winscp winscp.install
        notepad-plus-plus:notepad++ | w Notepad++.Notepad++ | c notepadplusplus notepadplusplus.install
        git-scm:git = git:git | w ~Git.Git | b ~git | c ~git ~git.install
        openssl:openssl | w ~ShiningLight.OpenSSL* ~FireDaemon.OpenSSL* | b ~openssl@*
        haxx:curl = haxx:libcurl curl:curl | w cURL.cURL | b ~curl
        python:python = python_software_foundation:cpython | w Python.Python.* | b ~python@* | c python3 python39 python310 python311 python312 python313 python314
        nodejs:node.js = node.js:node.js nodejs:node node.js:node | w OpenJS.NodeJS OpenJS.NodeJS.LTS | b ~node ~node@* | c nodejs nodejs.install nodejs-lts
        adobe:acrobat_reader_dc | w Adobe.Acrobat.Reader.32-bit Adobe.Acrobat.Reader.64-bit | b adobe-acrobat-reader
        wireshark:wireshark = wireshark_foundation:wireshark | w WiresharkFoundation.Wireshark | b wireshark-app ~wireshark | c wireshark
        libreoffice:libreoffice = the_document_foundation:libreoffice | w TheDocumentFoundation.LibreOffice TheDocumentFoundation.LibreOffice.LTS | b libreoffice | c libreoffice-fresh libreoffice-still
        keepassxc:keepassxc | w KeePassXCTeam.KeePassXC | b keepassxc | c keepassxc
        keepass:keepass | w DominikReichl.KeePass | c keepass keepass.install
        oracle:vm_virtualbox = oracle_corporation:vm_virtualbox oracle_corporation:oracle_vm_virtualbox | w Oracle.VirtualBox | b virtualbox | c virtualbox
        microsoft:visual_studio_code | w Microsoft.VisualStudioCode | b visual-studio-code | c vscode vscode.install
        microsoft:powershell | w Microsoft.PowerShell | b powershell | c powershell-core
        gimp:gimp | w GIMP.GIMP GIMP.GIMP.2 GIMP.GIMP.3 | b gimp | c gimp
        inkscape:inkscape | w Inkscape.Inkscape | b inkscape | c inkscape
        obsproject:obs_studio | w OBSProject.OBSStudio | b obs
        teamviewer:teamviewer | w TeamViewer.TeamViewer | b teamviewer
        anydesk:anydesk | w AnyDesk.AnyDesk | b anydesk
        foxit:pdf_reader | w Foxit.FoxitReader | b foxitreader
        openvpn:openvpn | w OpenVPNTechnologies.OpenVPN | b ~openvpn
        docker:docker_desktop = docker:desktop | w Docker.DockerDesktop | b docker-desktop | c docker-desktop
        golang:go = go_standard_library:go | w GoLang.Go | b ~go | c golang
        postgresql:postgresql | w PostgreSQL.PostgreSQL.* | b ~postgresql@*
        mariadb:mariadb | w MariaDB.Server | b ~mariadb
        oracle:mysql = oracle:mysql_server oracle_corporation:mysql_server | w Oracle.MySQL | b ~mysql
        php:php = php_group:php | w PHP.PHP.* | b ~php ~php@*
        nmap:nmap | w Insecure.Nmap | b ~nmap | c nmap
        vim:vim | w vim.vim | b ~vim | c vim
        hashicorp:vault | w Hashicorp.Vault | c vault
        hashicorp:terraform | w Hashicorp.Terraform | c terraform
        ffmpeg:ffmpeg | w ~Gyan.FFmpeg | b ~ffmpeg | c ~ffmpeg
        ruby-lang:ruby | b ~ruby ~ruby@*
        f5:nginx = nginx:nginx | b ~nginx
        apache:http_server = apache_software_foundation:apache_http_server | b ~httpd
        openbsd:openssh = openssh:openssh | b ~openssh
        isc:bind = isc:bind_9 | b ~bind
        samba:rsync = rsync:rsync | b ~rsync
        samba:samba | b ~samba
        gnupg:gnupg | b ~gnupg
        gnu:wget | b ~wget
        gnu:bash | b ~bash
        sqlite:sqlite | b ~sqlite
        redis:redis | b ~redis
        jenkins:jenkins = jenkins_project:jenkins | b ~jenkins
        tukaani:xz = xz_project:xz | b ~xz
        xmlsoft:libxml2 | b ~libxml2
        webmproject:libwebp | b ~webp
        """

    private static let marks = ["w": "winget", "b": "homebrew", "c": "chocolatey"]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "|").map { part in
                part.split(separator: " ").map(String.init)
            }
            guard let names = parts.first, let product = names.first else { continue }
            for name in names where name != "=" { products[name] = product }
            for part in parts.dropFirst() {
                guard let mark = part.first else { continue }
                guard let world = Self.marks[mark] else { continue }
                worldsOfProduct[product, default: []].append(world)
                for package in part.dropFirst() { add(package.lowercased(), product, to: world) }
            }
        }
    }

    private mutating func add(_ package: String, _ product: String, to world: String) {
        let isOthers = package.hasPrefix("~")
        let identity = ProductIdentity(
            product: product, confidence: isOthers ? .othersBuild : .makersBuild)
        let name = isOthers ? String(package.dropFirst()) : package
        if name.hasSuffix("*") {
            beginnings[world, default: []].append((String(name.dropLast()), identity))
        } else {
            packages[world, default: [:]][name] = identity
        }
    }

    func identity(of package: String, in world: String) -> ProductIdentity? {
        let name = package.lowercased()
        return packages[world]?[name]
            ?? beginnings[world]?.first { name.hasPrefix($0.beginning) }?.identity
    }

    func product(vendor: String, product: String) -> String? {
        products["\(Self.plain(vendor)):\(Self.plain(product))"]
    }

    func worlds(of product: String) -> [String] { worldsOfProduct[product] ?? [] }

    /// A name as CPEs spell it: in lower case, with a line where others have spaces.
    private static func plain(_ name: String) -> String {
        name.lowercased().split(separator: " ").joined(separator: "_")
    }
}
