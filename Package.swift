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
            targets: ["ColumnCodec", "DurableFiles"])
    ],
    targets: [
        .systemLibrary(
            name: "CAlmanacLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .target(name: "ColumnCodec", dependencies: ["CAlmanacLZ4"], swiftSettings: fenced),
        .target(name: "DurableFiles", swiftSettings: fenced),
        .testTarget(name: "ColumnCodecTests", dependencies: ["ColumnCodec"], swiftSettings: strict),
        .testTarget(
            name: "DurableFilesTests", dependencies: ["DurableFiles"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
