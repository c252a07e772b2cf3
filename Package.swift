// swift-tools-version: 6.3
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// Every room keeps the unsafe fence; the macros of the tests trip on it, so tests do without.
let fenced = strict + [.strictMemorySafety()]

let package = Package(
    name: "Almanac",
    products: [
        .library(
            name: "AlmanacEngine",
            targets: ["TimeSeriesModel", "ColumnCodec", "DurableFiles", "SegmentStore"]),
        .library(name: "Almanac", targets: ["Almanac"]),
        .library(name: "AlmanacAPI", targets: ["AlmanacAPI"]),
        .library(
            name: "AlmanacSimulation",
            targets: [
                "BuildingModel", "BuildingSimulation", "AlmanacSimulation", "BACnetSimulation",
            ]),
        // With the trait Collector only: without it there are no sockets in it.
        .library(
            name: "AlmanacCollector", targets: ["BACnetMessages", "BACnetIP", "AlmanacCollector"]),
    ],
    traits: [
        // Off by default, so that a program that embeds the library does not fetch SwiftNIO.
        .trait(name: "Collector", description: "Talks to BACnet devices over UDP."),
        .default(enabledTraits: []),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    ],
    targets: [
        .systemLibrary(
            name: "CAlmanacLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .target(name: "TimeSeriesModel", swiftSettings: fenced),
        .target(name: "ColumnCodec", dependencies: ["CAlmanacLZ4"], swiftSettings: fenced),
        .target(name: "DurableFiles", swiftSettings: fenced),
        .target(
            name: "SegmentStore", dependencies: ["TimeSeriesModel", "ColumnCodec", "DurableFiles"],
            swiftSettings: fenced),
        .target(name: "BuildingModel", dependencies: ["TimeSeriesModel"], swiftSettings: fenced),
        .target(
            name: "BuildingSimulation", dependencies: ["TimeSeriesModel", "BuildingModel"],
            swiftSettings: fenced),
        .target(
            name: "Almanac",
            dependencies: [
                "TimeSeriesModel", "BuildingModel", "SegmentStore", "ColumnCodec", "DurableFiles",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: fenced),
        .target(
            name: "AlmanacAPI",
            dependencies: [
                "Almanac", "BuildingModel", "TimeSeriesModel", "DurableFiles",
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: fenced),
        .target(name: "BACnetMessages", swiftSettings: fenced),
        .target(
            name: "BACnetIP",
            dependencies: [
                "BACnetMessages",
                .product(
                    name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Collector"])),
                .product(
                    name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Collector"])),
            ],
            swiftSettings: fenced),
        .target(
            name: "AlmanacCollector",
            dependencies: [
                "Almanac", "BuildingModel", "TimeSeriesModel", "BACnetIP", "BACnetMessages",
                "DurableFiles",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: fenced),
        .target(
            name: "BACnetSimulation",
            dependencies: [
                "BACnetMessages", "BACnetIP", "BuildingSimulation", "BuildingModel",
                "TimeSeriesModel",
            ],
            swiftSettings: fenced),
        .target(
            name: "AlmanacSimulation",
            dependencies: ["Almanac", "BACnetIP", "BuildingSimulation", "DurableFiles"],
            swiftSettings: fenced),
        .target(
            name: "TestSupport",
            dependencies: ["SegmentStore", "ColumnCodec", "DurableFiles", "TimeSeriesModel"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(
            name: "TimeSeriesModelTests", dependencies: ["TimeSeriesModel", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "ColumnCodecTests", dependencies: ["ColumnCodec"], swiftSettings: strict),
        .testTarget(
            name: "DurableFilesTests", dependencies: ["DurableFiles"], swiftSettings: strict),
        .testTarget(
            name: "SegmentStoreTests",
            dependencies: [
                "SegmentStore", "ColumnCodec", "DurableFiles", "TimeSeriesModel", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "StoreTrialTests",
            dependencies: [
                "SegmentStore", "ColumnCodec", "DurableFiles", "TimeSeriesModel", "TestSupport",
                "BuildingSimulation",
            ], swiftSettings: strict),
        .testTarget(name: "HouseTests", swiftSettings: strict),
        .testTarget(
            name: "BuildingModelTests", dependencies: ["BuildingModel", "TimeSeriesModel"],
            swiftSettings: strict),
        .testTarget(
            name: "BuildingSimulationTests",
            dependencies: ["BuildingSimulation", "BuildingModel", "TimeSeriesModel"],
            swiftSettings: strict),
        .testTarget(
            name: "BACnetMessagesTests", dependencies: ["BACnetMessages", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BACnetIPTests",
            dependencies: [
                "BACnetIP", "BACnetMessages", "Almanac", "AlmanacSimulation", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "BACnetSimulationTests",
            dependencies: [
                "BACnetSimulation", "BACnetIP", "BACnetMessages", "BuildingSimulation",
                "BuildingModel", "TimeSeriesModel", "AlmanacSimulation",
            ], swiftSettings: strict),
        .testTarget(
            name: "AlmanacCollectorTests",
            dependencies: [
                "AlmanacCollector", "Almanac", "AlmanacSimulation", "BACnetSimulation",
                "BACnetIP", "BACnetMessages", "BuildingModel", "BuildingSimulation",
                "TimeSeriesModel", "DurableFiles", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AlmanacAPITests",
            dependencies: [
                "AlmanacAPI", "Almanac", "AlmanacSimulation", "BuildingModel", "TestSupport",
                "DurableFiles", .product(name: "Metrics", package: "swift-metrics"),
            ], swiftSettings: strict),
        .testTarget(
            name: "AlmanacTests",
            dependencies: [
                "Almanac", "AlmanacSimulation", "BuildingSimulation", "SegmentStore",
                "ColumnCodec", "DurableFiles", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
