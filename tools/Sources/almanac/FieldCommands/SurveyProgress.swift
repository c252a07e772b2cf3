import AlmanacCollector
import Synchronization
import TimeSeriesModel

/// Everything that a survey has found so far, which an interruption does not lose; and one line on a
/// terminal that shows how much that is.
final class SurveyProgress: Sendable {
    private struct State {
        var found: [FoundDevice] = []
        var devices: [Int: DeviceDescription] = [:]
    }

    private let isShown: Bool
    private let state = Mutex(State())

    init(on terminal: Terminal, _ notes: Notes) {
        isShown = terminal.showsProgress && !notes.isQuiet
    }

    /// The devices that were heard, each pair of address and instance once.
    var found: [FoundDevice] { state.withLock { $0.found } }

    /// The devices that were read, by their place in ``found``.
    var devices: [Int: DeviceDescription] { state.withLock { $0.devices } }

    func add(_ device: FoundDevice) {
        let count = state.withLock { state -> Int? in
            let isKnown = state.found.contains {
                $0.address == device.address && $0.instance == device.instance
            }
            guard !isKnown else { return nil }
            state.found.append(device)
            return state.found.count
        }
        if let count { show("searching: \(NumberText.count(count, of: "device"))") }
    }

    /// - Parameter place: in ``found``.
    func add(_ device: DeviceDescription, at place: Int) {
        let text = state.withLock { state in
            state.devices[place] = device
            return "reading: \(state.devices.count) of \(state.found.count) devices"
        }
        show(text)
    }

    func show(_ text: String) { if isShown { Notes.write("\r\(text)\u{1B}[K") } }

    /// Wipes the line, before anything else is written.
    func clear() { if isShown { Notes.write("\r\u{1B}[K") } }
}
