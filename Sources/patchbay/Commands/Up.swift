import ArgumentParser
/// `patchbay up`
struct Up: AsyncParsableCommand {
    func run() async throws {}
}
