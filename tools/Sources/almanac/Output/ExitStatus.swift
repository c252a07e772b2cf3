/// How the program ends; the numbers are those of `sysexits.h` where it has one.
enum ExitStatus: Int32, Sendable {
    case fine = 0
    /// Damage, refused cells, differences: the command did its work and found something.
    case findings = 1
    /// The command line cannot be.
    case usage = 64
    /// Not our data, or in a wrong form.
    case wrongData = 65
    /// A store, point or file that is not there.
    case missing = 66
    /// Somebody on the network does not answer.
    case unavailable = 69
    /// The system refused to read or write.
    case inputOutput = 74
    /// Another process writes the store.
    case locked = 75
    /// The environment says something that cannot be.
    case configuration = 78
}

/// Why the program ends before its work is done.
struct ToolFailure: Error {
    var status: ExitStatus
    /// What was found and what was expected; nil where there is nothing left to say.
    var message: String?

    init(_ status: ExitStatus, _ message: String?) {
        self.status = status
        self.message = message
    }

    /// The reader of our output has gone: nothing is wrong, and nobody listens.
    static let closedPipe = ToolFailure(.fine, nil)
}
