// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "Benchmarks",
    dependencies: [.package(name: "Almanac", path: "..")],
    targets: [
        // For comparison only: the engine itself does not know SQLite.
        .systemLibrary(
            name: "CAlmanacSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .executableTarget(
            name: "bench",
            dependencies: [
                "CAlmanacSQLite", .product(name: "AlmanacEngine", package: "Almanac"),
                .product(name: "Almanac", package: "Almanac"),
                .product(name: "AlmanacSimulation", package: "Almanac"),
                .product(name: "AlmanacCollector", package: "Almanac"),
            ],
            swiftSettings: [.treatAllWarnings(as: .error)]),
    ],
    swiftLanguageModes: [.v6]
)
