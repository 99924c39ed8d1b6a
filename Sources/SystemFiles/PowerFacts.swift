package import Fleet

/// Mains or battery, from `/sys/class/power_supply`.
package struct PowerFacts: Sendable {
    package let folder: String

    /// What the power supplies in this folder say; those of this machine unless given.
    package init(folder: String = "/sys/class/power_supply") {
        self.folder = folder
    }

    /// On battery only when a battery of the machine itself (not of a mouse) discharges and no
    /// mains supply is connected.
    package var power: Power {
        var isDischarging = false
        var hasMains = false
        var charges: [Int] = []
        for name in Files.names(in: folder) {
            let supply = "\(folder)/\(name)"
            switch Files.line("\(supply)/type") {
            case "Battery" where Files.line("\(supply)/scope") != "Device":
                if Files.line("\(supply)/status") == "Discharging" { isDischarging = true }
                if let charge = Files.line("\(supply)/capacity").flatMap({ Int($0) }) {
                    charges.append(min(max(charge, 0), 100))
                }
            case "Mains", "USB":
                if Files.line("\(supply)/online") == "1" { hasMains = true }
            default: break
            }
        }
        return Power(onMains: !isDischarging || hasMains, batteryPercent: charges.min())
    }
}
