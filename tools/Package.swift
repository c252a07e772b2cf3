// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "AlmanacTools",
    products: [
        .executable(name: "almanac", targets: ["almanac"]),
        .executable(name: "almanacd", targets: ["almanacd"]),
    ],
    dependencies: [
        .package(name: "Almanac", path: "..", traits: ["Collector"]),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // No traits: it is configured by ourselves, and Foundation's smaller half is enough.
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CAlmanacZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .executableTarget(
            name: "almanac",
            dependencies: [
                "CAlmanacZlib",
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacEngine", package: "Almanac"),
                .product(name: "AlmanacSimulation", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict + [.strictMemorySafety()]),
        .executableTarget(
            name: "almanacd",
            dependencies: [
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacAPI", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict + [.strictMemorySafety()]),
        // The macros of the tests trip on strict memory safety, so tests do without.
        .target(name: "ToolTestSupport", path: "Tests/Support", swiftSettings: strict),
        .testTarget(
            name: "almanacdTests",
            dependencies: [
                "almanacd", "ToolTestSupport",
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacAPI", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "almanacTests",
            dependencies: [
                "almanac", "ToolTestSupport",
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacEngine", package: "Almanac"),
                .product(name: "AlmanacSimulation", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
