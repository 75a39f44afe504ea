using System.Diagnostics;
using Microsoft.Data.Sqlite;
using VideoPlatform.CrashHost;
using VideoPlatform.Domain.Videos;
using VideoPlatform.Sandbox.Faults;

namespace VideoPlatform.Crash.Tests;

/// <summary>A database that is locked or fails, and a disk that is full.</summary>
public sealed class SurroundingsTests
{
    [Fact]
    public async Task A_database_that_another_program_locks_is_waited_for()
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync("--Qwen:RequestTimeout=00:00:30");
        platform.Sandbox.Faults.Add(new SandboxFault(SandboxFaultKind.SubmitDelayed) { Delay = TimeSpan.FromSeconds(3), Times = 1 });   // its answer comes when the database is locked, however slowly that goes here
        var id = await platform.OrderAsync("locked out");
        await Waiting.UntilAsync(() => platform.Sandbox.Counters.TasksCreated == 1, () => service.Tail());

        // The answer comes while nothing can be written, for much longer than the lease lives.
        await using (var other = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = platform.Database, Pooling = false }.ToString()))
        {
            await other.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = other.CreateCommand();
            command.CommandText = "BEGIN IMMEDIATE";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            await Waiting.ForAsync(async () => Platform.StatusOf(await platform.VideoAsync(id)) is "submitting" ? "" : null, () => service.Tail());
            await Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, TestContext.Current.CancellationToken);   // the lock itself is the subject
            command.CommandText = "ROLLBACK";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await platform.ReachesAsync(id, "completed");
        await platform.AssertBalanceAsync();
    }

    public static TheoryData<string> Writes =>
    [
        KillPoints.Writing(VideoStatus.Queued, VideoStatus.Submitting),
        KillPoints.Writing(VideoStatus.Submitting, VideoStatus.Processing),
        KillPoints.Writing(VideoStatus.Processing, VideoStatus.Downloading),
        KillPoints.Writing(VideoStatus.Downloading, VideoStatus.Completed),
        KillPoints.LinkOpened,
        KillPoints.SidecarWritten,
    ];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_write_that_fails_is_made_up_for(string point)
    {
        await using var platform = await Platform.CreateAsync();
        var service = await platform.ServeAsync();
        await service.ArmAsync(point, Deed.Fail);

        var id = await platform.OrderAsync("failing writes");
        await platform.ReachesAsync(id, "completed");

        await service.LogsAsync($"Broken at {point}");
        await platform.AssertBalanceAsync();
    }

    [Fact]
    public async Task A_full_disk_stops_what_is_new_and_loses_nothing()
    {
        await using var platform = await Platform.CreateAsync();
        Directory.CreateDirectory(platform.Storage);
        await using var disk = await SmallDisk.MountAsync(platform.Storage, megabytes: 2);
        Assert.SkipWhen(disk is null, "No small file system can be mounted here (needs root and mount).");
        var service = await platform.ServeAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add(await platform.OrderAsync($"before it is full {i}"));
        foreach (var id in ids) await platform.ReachesAsync(id, "completed");

        var ballast = Path.Combine(platform.Storage, "ballast");
        var waiting = await platform.CreateAsync("meets a full disk");
        disk.Fill(ballast, leave: 100_000);
        await platform.RequestAsync(waiting, "meets a full disk", "meets a full disk");
        var video = await Waiting.ForAsync(
            async () => await platform.VideoAsync(waiting) is var v && (string?)v["error"]?["code"] is "storage_full" ? v : null, () => service.Tail());
        Assert.Equal("downloading", Platform.StatusOf(video));
        Assert.Equal("remote", (string?)video["storage"]);

        File.Delete(ballast);
        await service.OrderAsync("clock 00:01:00");
        await platform.ReachesAsync(waiting, "completed");
        Assert.Equal(4, platform.Sandbox.Counters.TasksCreated);
        await platform.AssertBalanceAsync();
    }

    /// <summary>A file system of its own in memory, unmounted at the end.</summary>
    private sealed class SmallDisk(string folder) : IAsyncDisposable
    {
        public static async Task<SmallDisk?> MountAsync(string folder, int megabytes) =>
            await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder) ? new SmallDisk(folder) : null;

        public void Fill(string file, long leave)
        {
            using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0);
            var rest = new DriveInfo(folder).AvailableFreeSpace - leave;
            stream.Write(new byte[rest]);
        }

        public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", folder);

        private static async Task<bool> RunAsync(string program, params string[] arguments)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false });
                await process!.WaitForExitAsync();
                return process.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        }
    }
}
