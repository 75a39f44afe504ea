using VideoPlatform.Api.Commands;

return await CommandLine.RunAsync(args);
