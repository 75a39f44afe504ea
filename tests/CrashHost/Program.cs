using Microsoft.Extensions.Hosting;
using VideoPlatform.Api;
using VideoPlatform.CrashHost;

// The product's own start, with tripwires around its ports. Told what to do by lines on its standard input.
var clock = new ShiftedClock();
using var tripwires = new Tripwires();
var orders = Orders.ListenAsync(Console.In, tripwires, clock);
using var lastMoment = new LastMoment();
await using var app = await Serve.BuildAsync(args, CancellationToken.None, services => Ports.Wire(services, tripwires, clock));
lastMoment.Watch(app);
await app.StartAsync();
await Console.Out.WriteLineAsync($"serving {app.Urls.Single()}");
await Console.Out.FlushAsync();
await app.WaitForShutdownAsync();
return 0;
