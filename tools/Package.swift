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
    products: [.executable(name: "almanac", targets: ["almanac"])],
    dependencies: [
        .package(name: "Almanac", path: "..", traits: ["Collector"]),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
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
        // The macros of the tests trip on strict memory safety, so tests do without.
        .testTarget(
            name: "almanacTests",
            dependencies: [
                "almanac",
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
