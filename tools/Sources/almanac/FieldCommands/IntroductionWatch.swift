import BACnetMessages
import Synchronization

/// Sees when devices were asked who they are, and when they said so.
final class IntroductionWatch: Sendable {
    struct Introduction: Hashable {
        /// From the first Who-Is to the I-Am: which of several it answers, it does not say.
        let roundTrip: Duration
        let isBroadcast: Bool
    }

    private struct State {
        var firstQuestion: Duration?
        var introductions: [UInt32: Introduction] = [:]
    }

    private let state = Mutex(State())

    func note(_ datagram: ObservedDatagram) {
        guard let request = IntroductionWatch.request(in: datagram.octets) else { return }
        state.withLock { state in
            switch request {
            case .whoIs where datagram.isSent:
                state.firstQuestion = state.firstQuestion ?? datagram.uptime
            case .iAm(let iAm) where !datagram.isSent:
                guard let question = state.firstQuestion,
                    state.introductions[iAm.device.instance] == nil
                else { return }
                state.introductions[iAm.device.instance] = Introduction(
                    roundTrip: datagram.uptime - question, isBroadcast: datagram.isBroadcast)
            default: return
            }
        }
    }

    /// The first of a device.
    func introduction(of instance: UInt32) -> Introduction? {
        state.withLock { $0.introductions[instance] }
    }

    private static func request(in octets: [UInt8]) -> UnconfirmedRequest? {
        guard let link = try? BVLCMessage(decoding: octets), let npdu = link.npdu,
            let network = try? NPDU(decoding: npdu), case .apdu(let apdu) = network.content,
            case .message(.unconfirmedRequest(let request))? = try? ReceivedAPDU(decoding: apdu)
        else { return nil }
        return request
    }
}
