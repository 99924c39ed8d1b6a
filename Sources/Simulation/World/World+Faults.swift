import Fleet

extension World {
    /// Lets something go wrong.
    func fault() {
        timeline.schedule(after: timeline.chance { $0.number(in: 20_000...200_000) }, .fault)
        let place = Int(timeline.chance { $0.next() } % UInt64(endpoints.count))
        switch timeline.chance({ $0.number(in: 0...13) }) {
        case 0, 1: lives[place]?.die()
        case 2, 3, 4, 5: killLater(at: place)
        case 6: restart(place, why: "the power fails")
        case 7, 8: restart(place, why: "it reboots")
        case 9:
            endpoints[place].moveClock(
                milliseconds: timeline.chance { $0.number(in: -3_600_000...3_600_000) })
        case 10:
            endpoints[place].lock(milliseconds: timeline.chance { $0.number(in: 1000...900_000) })
        case 11: endpoints[place].failScans(Int(timeline.chance { $0.number(in: 1...7) }))
        case 12: changeWeather(at: place)
        default:
            let (writes, before) = timeline.chance {
                (Int($0.number(in: 0...6)), $0.happens(0.5))
            }
            server.process.crash(after: writes, beforeCommit: before)
        }
    }

    private func killLater(at place: Int) {
        let (calls, write) = timeline.chance {
            (Int($0.number(in: 1...120)), $0.pick(AgentLife.LastWrite.allCases) ?? .missing)
        }
        lives[place]?.dieLater(calls: calls, write)
    }

    func restart(_ place: Int, why: String) {
        lives[place]?.die()
        lives[place] = nil
        endpoints[place].reboot(why: why)
        timeline.schedule(
            after: timeline.chance { $0.number(in: 10_000...240_000) },
            .lifeBegins(endpoint: place, boot: endpoints[place].boot))
    }

    private func changeWeather(at place: Int) {
        let weather = timeline.chance { chance in
            switch chance.number(in: 0...3) {
            case 0: Switchboard.Weather.calm
            case 1: Switchboard.Weather(loss: 0.3, copies: 0.3, delay: 20_000)
            case 2: Switchboard.Weather(loss: 1, copies: 0, delay: 100)
            default: Switchboard.Weather(loss: 0.05, copies: 0.5, delay: 3000)
            }
        }
        timeline.note(endpoints[place].name, "the network loses \(Int(weather.loss * 100)) %")
        switchboard.set(weather, for: place)
    }

    /// From here on nothing goes wrong any more.
    func calmDown() {
        timeline.note("world", "is calm from here on")
        isCalm = true
        server.process.crash(after: .max, beforeCommit: true)
        for (place, endpoint) in endpoints.enumerated() {
            switchboard.set(.calm, for: place)
            endpoint.failScans(0)
            endpoint.lock(milliseconds: 0)
            lives[place]?.liveOn()
        }
    }

    /// In calm, somebody sees to it that endpoints are rebooted which want it.
    func maintain() {
        timeline.schedule(after: 600_000, .fault)
        for place in endpoints.indices where !endpoints[place].isInstalling {
            if endpoints[place].wantsReboot { restart(place, why: "is rebooted as it asks") }
            endpoints[place].restartDaemons()
        }
    }
}
