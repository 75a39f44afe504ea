namespace VideoPlatform.Api.Configuration;

/// <summary>A wrong or missing setting. The message is one line for the person who starts the program; the program ends with 2.</summary>
public sealed class ConfigurationException(string message) : Exception(message);
