import Almanac
import AlmanacAPI
import AlmanacCollector
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import Metrics
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The service: the store, the collector, the housekeeping and HTTP, started in this order and ended in
/// the opposite one.
struct Daemon {
    private let settings: EffectiveConfiguration
    private var configuration: ServiceConfiguration { settings.configuration }

    init(_ settings: EffectiveConfiguration) { self.settings = settings }

    func run() async throws {
        let metrics = PrometheusRegistry()
        bootstrap(metrics)
        let log = Logger(label: "almanacd")
        for warning in settings.warnings { log.warning("\(warning)") }
        let tokens = try TokenTable.load(configuration.httpTokensFile)
        let plan = try settings.plan()
        FileLimit.raise()
        let collection = Collection(settings)
        let history = try Daemon.open(configuration, collection)
        do {
            if let plan { try await collection.begin(plan, history) }
            try await serve(history, collection, tokens, metrics, log)
        } catch {
            await collection.end()
            await history.close()
            throw error
        }
        await collection.end()
        if let failure = await history.close() {
            throw ServiceFailure(.inputOutput, "\(configuration.dataDirectory): \(failure)")
        }
        log.notice("ended; everything acknowledged is stored")
    }

    private func bootstrap(_ metrics: PrometheusRegistry) {
        let form = ServiceLog.Form(
            configuration.logFormat, environment: Environment.current)
        let level = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        LoggingSystem.bootstrap { ServiceLog(label: $0, form: form, level: level) }
        MetricsSystem.bootstrap(metrics)
    }

    private static func open(
        _ configuration: ServiceConfiguration, _ collection: Collection
    ) throws(ServiceFailure) -> DataManager {
        do throws(HistoryError) {
            return try DataManager.open(
                at: configuration.dataDirectory, configuration: configuration.history,
                source: collection.source)
        } catch {
            let status: ServiceFailure.Status =
                switch error.code {
                case .locked: .locked
                case .invalidParameter: .configuration
                default: .inputOutput
                }
            throw ServiceFailure(status, "\(configuration.dataDirectory): \(error)")
        }
    }

    private func serve(
        _ history: DataManager, _ collection: Collection, _ tokens: TokenTable?,
        _ metrics: PrometheusRegistry, _ log: Logger
    ) async throws {
        var bounds = APISettings()
        bounds.batchSizeMax = configuration.maxBatchSize
        bounds.rowCountMax = configuration.queryLimitMax
        bounds.timeZone = configuration.history.siteTimeZone
        bounds.siteName = configuration.siteName
        let api = HistoryAPI(
            history: history, collection: collection, metrics: metrics, settings: bounds)
        var limits = TransportLimits()
        limits.bodyByteCountMax = configuration.bodyByteCountMax
        limits.requestCountMax = configuration.apiMaxConcurrentRequests
        limits.timeout = configuration.apiRequestTimeout
        let responder = APIResponder(
            api: api,
            access: AccessControl(
                tokens: tokens, isPublic: !configuration.httpAddress.isLoopback,
                origins: configuration.corsOrigins),
            limits: limits, executor: WorkerThreads())
        let notifier = ServiceNotifier(Environment.current)
        let address = configuration.httpAddress
        let server = Application(
            responder: responder, server: try server(),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: Int(address.port)), backlog: 1024),
            onServerRunning: { channel in
                // Port 0 lets the system choose one.
                let port = channel.localAddress?.port.flatMap { UInt16(exactly: $0) }
                let place = ListenAddress(host: address.host, port: port ?? address.port)
                log.notice("serving on \(place)")
                notifier.send("READY=1")
            }, logger: Logger(label: "almanacd.http"))
        var group = ServiceGroupConfiguration(
            services: [
                .init(service: Reloading(settings, collection, history)),
                .init(service: Housekeeping(history)),
                .init(service: Watchdog(history, notifier)),
                .init(service: server),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "almanacd"))
        group.maximumGracefulShutdownDuration = configuration.apiRequestTimeout
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw ServiceFailure(.inputOutput, "\(address): \(error)")
        }
        notifier.send("STOPPING=1")
    }

    /// HTTP, over TLS if there are a certificate and a key.
    private func server() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                idleTimeout: .seconds(75),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 16 << 10,
                    maxHeaderFieldCount: 100)))
        guard let certificate = configuration.httpCertificateFile else { return plain }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate)
            let key = try NIOSSLPrivateKey(
                file: configuration.httpKeyFile ?? certificate, format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            tls.minimumTLSVersion = .tlsv12
            return try .tls(plain, tlsConfiguration: tls)
        } catch {
            throw ServiceFailure(
                .configuration,
                "http_certificate_file \"\(certificate)\": PEM files of a certificate and its key "
                    + "expected: \(error)")
        }
    }
}

/// Looks after the store.
private struct Housekeeping: Service {
    private let history: DataManager

    init(_ history: DataManager) { self.history = history }

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await history.runHousekeeping() }
    }
}

/// Reports to the service manager, twice in each interval that it demands, that a restart would
/// change nothing.
private struct Watchdog: Service {
    private let history: DataManager
    private let notifier: ServiceNotifier

    init(_ history: DataManager, _ notifier: ServiceNotifier) {
        self.history = history
        self.notifier = notifier
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            guard let interval = notifier.watchdogInterval else {
                try await Task.sleep(for: .seconds(1_000_000_000))
                return
            }
            while true {
                // The trial of the disk has to end. Its result does not count: a restart cures neither
                // a full disk nor silent devices, and would interrupt reads.
                _ = await history.isReady()
                if !history.mustReopen { notifier.send("WATCHDOG=1") }
                try await Task.sleep(for: interval / 2)
            }
        }
    }
}

/// Reads the tables again at SIGHUP.
private struct Reloading: Service {
    private let settings: EffectiveConfiguration
    private let collection: Collection
    private let history: DataManager

    init(_ settings: EffectiveConfiguration, _ collection: Collection, _ history: DataManager) {
        self.settings = settings
        self.collection = collection
        self.history = history
    }

    func run() async throws {
        let log = Logger(label: "almanacd")
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                guard let plan = try settings.plan() else { continue }
                try await collection.begin(plan, history)
                log.notice(
                    "read the tables again: \(plan.devices.count) devices, \(plan.points.count) points"
                )
            } catch {
                let reason = (error as? ServiceFailure)?.message ?? "\(error)"
                log.error("the tables stay as they were: \(reason)")
            }
        }
    }
}
