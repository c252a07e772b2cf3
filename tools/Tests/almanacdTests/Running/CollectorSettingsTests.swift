import AlmanacCollector
import BACnetIP
import Testing

@testable import almanacd

@Suite("Collector settings of the service") struct CollectorSettingsTests {
    // max_concurrent_collections and t3000_bulk_request_size were read and never used.
    @Test("all reach the collector and its client")
    func all() throws {
        let configuration = try ServiceConfiguration.resolve(commandLine: [
            "--max-concurrent-collections", "3", "--t3000-bulk-request-size", "7",
            "--t3000-timeout-ms", "250", "--t3000-max-retries", "1",
            "--background-poll-interval-seconds", "20", "--collector-error-retry-seconds", "60",
            "--default-trend-interval-seconds", "300", "--collection-align", "strict",
        ]).configuration
        let collector = configuration.collector
        #expect(collector.openRequestsMax == 3)
        #expect(collector.pointsPerRequestMax == 7)
        #expect(collector.requestTimeout == .milliseconds(250))
        #expect(collector.retries == 1)
        #expect(collector.realtimeInterval == .seconds(20))
        #expect(collector.errorRetryInterval == .seconds(60))
        #expect(collector.historyInterval == .seconds(300))
        #expect(collector.alignment == .strict)
        try collector.check()
        let client = collector.clientConfiguration(of: OwnDevice(instance: 1, name: "x"))
        #expect(client.requests.openCountMax == 3)
        #expect(client.pointCountMax == 7)
    }

    @Test("start requests small, whatever the upper bound")
    func small() throws {
        let standard = CollectorConfiguration().pointsPerRequestMax
        for bound in ["100", "1000"] {
            let configuration = try ServiceConfiguration.resolve(commandLine: [
                "--t3000-bulk-request-size", bound,
            ]).configuration
            #expect(configuration.collector.pointsPerRequestMax == standard)
        }
    }
}
