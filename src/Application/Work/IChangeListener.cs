using VideoPlatform.Domain.Workspaces;

namespace VideoPlatform.Application.Work;

/// <summary>Hears of every stored change of this process: it wakes the workers and feeds the live updates.</summary>
public interface IChangeListener
{
    /// <param name="before">Null for a new workspace.</param>
    /// <param name="after">Null for a deleted one.</param>
    void Changed(Workspace? before, Workspace? after);
}
