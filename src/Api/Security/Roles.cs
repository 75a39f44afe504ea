using VideoPlatform.Api.Workspaces;

namespace VideoPlatform.Api.Security;

/// <summary>What a caller may do; each role includes the ones before it.</summary>
internal enum Role
{
    /// <summary>Looks.</summary>
    Reader,

    /// <summary>Makes, cancels, deletes.</summary>
    Editor,

    /// <summary>Decides about money: settles.</summary>
    Admin,
}

/// <summary>The role that an endpoint asks for.</summary>
internal sealed record RequiredRole(Role Role);

/// <summary>An endpoint that asks for no key.</summary>
internal sealed record OpenToAll;

internal static class RoleConventions
{
    /// <summary>Asks for the role, and documents the two refusals.</summary>
    public static RouteHandlerBuilder Needs(this RouteHandlerBuilder route, Role role) => route.WithMetadata(new RequiredRole(role)).Fails(401, 403);

    public static RouteHandlerBuilder OpenToAll(this RouteHandlerBuilder route) => route.WithMetadata(new OpenToAll());
}
