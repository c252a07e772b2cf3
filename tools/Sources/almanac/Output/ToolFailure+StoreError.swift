import DurableFiles
import SegmentStore

extension ToolFailure {
    /// What the store's refusal means to the person who typed the command.
    ///
    /// - Parameter store: the path as it was typed.
    init(_ error: StoreError, store: String) {
        switch error.code {
        case .noStore:
            self.init(.missing, "no store at \(store); `almanac demo ./demo` makes one")
        case .foreign, .unsupported, .limitExceeded, .invalidParameter:
            self.init(.wrongData, "\(store): \(error)")
        case .damaged:
            self.init(.findings, "\(store): damaged: \(error); `almanac verify` tells more")
        case .locked:
            self.init(.locked, ToolFailure.lockMessage(error, store))
        case .busy:
            self.init(.locked, "\(store): \(error.message)")
        default:
            self.init(.inputOutput, "\(store): \(error)")
        }
    }

    private static func lockMessage(_ error: StoreError, _ store: String) -> String {
        guard let process = error.holder else { return "\(store): \(error.message)" }
        let program = error.underlying?.holder?.program ?? ""
        let named = program.isEmpty ? "process \(process)" : "process \(process) (\(program))"
        // Only the service takes rows from others; any other writer is gone in a while.
        let advice =
            program == "almanac"
            ? "wait until it ends" : "stop it, or POST the rows to /api/v1/samples"
        return "\(store): written by \(named): \(advice)"
    }
}

/// Runs work on a store and says what a refusal means.
func withStoreErrors<Result>(
    of store: String, _ body: () throws(StoreError) -> Result
) throws(ToolFailure) -> Result {
    do throws(StoreError) { return try body() } catch { throw ToolFailure(error, store: store) }
}
