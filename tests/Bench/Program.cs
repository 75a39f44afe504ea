using System.Runtime.InteropServices;
using VideoPlatform.Bench;
using VideoPlatform.Bench.Equipment;

if (args is ["hello"]) return await HelloServer.RunAsync();

using var stopping = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Bench.RunAsync(args, stopping.Token);

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
