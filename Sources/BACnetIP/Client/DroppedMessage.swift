/// Why something that came in was not taken, before it could be an answer; of answers see
/// `DroppedReply`.
public enum DroppedMessage: Hashable, Sendable, CaseIterable {
    /// A link header that cannot be read.
    case malformedLink
    /// Network addresses that cannot be read.
    case malformedNetwork
    /// A message of an application that cannot be read.
    case malformedApplication
    /// For another network: nothing is passed on here.
    case notForUs
    /// A broadcast passed on, or a result, by somebody who is not our BBMD.
    case spoofed
    /// A request that wants an answer, but was sent to everybody.
    case confirmedBroadcast
    /// A notification that nobody subscribed to.
    case unknownSubscription
    /// Who-Is again within a second.
    case tooManyQuestions
    /// More devices than are remembered, or answers than a search takes.
    case tooManyDevices
    /// A service that is not needed.
    case unneeded
}
