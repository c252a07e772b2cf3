import TestSupport
import Testing

@testable import BACnetIP

@Suite("Renewals") struct RenewalsTests {
    private static let lifetime: Duration = .seconds(600)

    @Test("are due at half the lifetime, and after a failure at an eighth")
    func pauses() {
        var renewals = Renewals()
        renewals.add(1, lifetime: RenewalsTests.lifetime, at: .seconds(10))
        #expect(renewals.nextDeadline == .seconds(310))
        #expect(renewals.due(at: .seconds(309)).isEmpty)
        #expect(renewals.due(at: .seconds(310)) == [1])
        // While one is under way, it is not due again.
        #expect(renewals.nextDeadline == nil && renewals.due(at: .seconds(9_999)).isEmpty)
        renewals.end(1, succeeded: false, at: .seconds(330))
        #expect(renewals.nextDeadline == .seconds(405))
        #expect(renewals.due(at: .seconds(405)) == [1])
        renewals.end(1, succeeded: true, at: .seconds(405))
        #expect(renewals.nextDeadline == .seconds(705))
        renewals.remove(1)
        #expect(renewals.nextDeadline == nil)
        renewals.end(1, succeeded: true, at: .seconds(500))
        #expect(renewals.nextDeadline == nil)
    }

    @Test(
        "of many subscriptions are due as a plain list of them says",
        arguments: [1, 2, 3] as [UInt64])
    func many(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var renewals = Renewals()
        var plain: [UInt64: (lifetime: Duration, deadline: Duration?)] = [:]
        var now = Duration.zero
        for step in 0..<20_000 {
            now += .milliseconds(Int64.random(in: 0...200, using: &random))
            let ticket = UInt64.random(in: 0..<500, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where plain[ticket] == nil:
                let lifetime = Duration.milliseconds(Int64.random(in: 1...20_000, using: &random))
                plain[ticket] = (lifetime, now + lifetime / 2)
                renewals.add(ticket, lifetime: lifetime, at: now)
            case 1:
                plain[ticket] = nil
                renewals.remove(ticket)
            default: break
            }
            #expect(renewals.nextDeadline == plain.values.compactMap(\.deadline).min(), "\(step)")
            let due = renewals.due(at: now)
            let expected = plain.filter { ($0.value.deadline ?? .seconds(1 << 40)) <= now }.keys
            #expect(due.sorted() == expected.sorted(), "\(step)")
            for ticket in due {
                let succeeded = Bool.random(using: &random)
                renewals.end(ticket, succeeded: succeeded, at: now)
                let lifetime = plain[ticket]!.lifetime
                plain[ticket]!.deadline = now + (succeeded ? lifetime / 2 : lifetime / 8)
            }
        }
    }
}
