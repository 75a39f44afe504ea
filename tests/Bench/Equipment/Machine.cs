using System.Globalization;

namespace VideoPlatform.Bench.Equipment;

/// <summary>What a process has used, as Linux tells it.</summary>
internal static class Machine
{
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    public static MachineFacts Describe(string folder, double loadBefore)
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";
        var memory = File.ReadLines("/proc/meminfo").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new MachineFacts(
            cpu, Environment.ProcessorCount, Math.Round(double.Parse(memory, CultureInfo.InvariantCulture) / 1024 / 1024), Environment.OSVersion.VersionString,
            Environment.Version.ToString(), new DriveInfo(folder).DriveFormat, loadBefore, Load());
    }

    /// <summary>Processor time of all threads, ended ones included, in seconds; in steps of 10 ms.</summary>
    public static double Cpu(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / 100.0;
    }

    /// <summary>How often the threads went to sleep of their own accord: once a wake-up.</summary>
    public static IReadOnlyDictionary<string, long> WakeUps(int pid) =>
        Directory.EnumerateDirectories($"/proc/{pid}/task").ToDictionary(
            task => $"{Path.GetFileName(task)} {File.ReadAllText(Path.Combine(task, "comm")).Trim()}",
            task => Member(Path.Combine(task, "status"), "voluntary_ctxt_switches"), StringComparer.Ordinal);

    /// <summary>Bytes asked of files and sockets.</summary>
    public static long ReadBytes(int pid) => Member($"/proc/{pid}/io", "rchar");

    public static double ResidentMiB(int pid) => Member($"/proc/{pid}/status", "VmRSS") / 1024.0;

    public static double PeakMiB(int pid) => Member($"/proc/{pid}/status", "VmHWM") / 1024.0;

    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    private static long Member(string file, string name) =>
        long.Parse(File.ReadLines(file).First(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split([':', '\t', ' '], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}

internal sealed record MachineFacts(string Processor, int Cores, double MemoryGiB, string System, string Runtime, string FileSystem, double LoadBefore, double LoadAfter)
{
    public string Text => $"{Processor}, {Cores} cores, {MemoryGiB} GiB, {System}, .NET {Runtime}, {FileSystem}; load {LoadBefore:0.00} before, {LoadAfter:0.00} after (the bench's own)";
}
