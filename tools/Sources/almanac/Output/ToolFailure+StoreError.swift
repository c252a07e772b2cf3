import DurableFiles
import SegmentStore

extension ToolFailure {
    /// What the store's refusal means to the person who typed the command.
    ///
    /// - Parameter store: the path as it was typed.
    init(_ error: StoreError, store: String) {
        switch error.code {
        case .noStore:
            self = ToolFailure.noStore(at: store)
        case .foreign, .unsupported, .limitExceeded, .invalidParameter:
            self.init(.wrongData, "\(store): \(error)")
        case .damaged:
            self.init(.findings, "\(store): damaged: \(error); `almanac verify` tells more")
        case .locked:
            self.init(.locked, ToolFailure.lockMessage(error, store))
        case .busy:
            self.init(.locked, "\(store): \(error.message)")
        default:
            self = ToolFailure.refusedBySystem(error, store)
        }
    }

    private static func refusedBySystem(_ error: StoreError, _ store: String) -> ToolFailure {
        switch FolderState.kind(of: store) {
        case .file:
            return ToolFailure(.wrongData, "\(store): found a file, expected a store's folder")
        case .orphan(let parent):
            return ToolFailure(
                .missing, "\(store): cannot be made, because there is no folder \(parent)")
        case .folder, .missing, .unknown:
            return ToolFailure(.inputOutput, "\(store): \(error)")
        }
    }

    /// Nothing is there, or something of somebody else.
    private static func noStore(at store: String) -> ToolFailure {
        guard let other = FolderState.firstName(in: store, besides: [StoreLayout.lock]) else {
            return ToolFailure(.missing, "no store at \(store); `almanac demo ./demo` makes one")
        }
        return ToolFailure(
            .wrongData,
            "\(store): found a folder with \(CellProblem.quoted(other)), expected a store; "
                + "`almanac demo ./demo` makes one")
    }

    private static func lockMessage(_ error: StoreError, _ store: String) -> String {
        guard let process = error.holder else { return "\(store): \(error.message)" }
        let program = error.underlying?.holder?.program ?? ""
        let named = program.isEmpty ? "process \(process)" : "process \(process) (\(program))"
        // Only the service takes rows from others; the tool is gone in a while.
        let advice =
            switch program {
            case "almanac": "wait until it ends"
            case "almanacd": "stop it, or POST the rows to /api/v1/samples"
            default: "stop it, or wait until it ends"
            }
        return "\(store): written by \(named): \(advice)"
    }
}

/// Runs work on a store and says what a refusal means.
func withStoreErrors<Result>(
    of store: String, _ body: () throws(StoreError) -> Result
) throws(ToolFailure) -> Result {
    do throws(StoreError) { return try body() } catch { throw ToolFailure(error, store: store) }
}
