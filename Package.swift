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
            targets: ["ColumnCodec"])
    ],
    targets: [
        .systemLibrary(
            name: "CAlmanacLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .target(name: "ColumnCodec", dependencies: ["CAlmanacLZ4"], swiftSettings: fenced),
        .testTarget(name: "ColumnCodecTests", dependencies: ["ColumnCodec"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
