// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "Almanac", path: "..")],
    targets: [
        // For comparison only: the engine itself does not know SQLite.
        .systemLibrary(
            name: "CAlmanacSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        // Writes measured tables into the pages; knows nothing of the engine.
        .target(name: "BenchReport", swiftSettings: [.treatAllWarnings(as: .error)]),
        .testTarget(name: "BenchReportTests", dependencies: ["BenchReport"]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "BenchReport", "CAlmanacSQLite",
                .product(name: "AlmanacEngine", package: "Almanac"),
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacSimulation", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
